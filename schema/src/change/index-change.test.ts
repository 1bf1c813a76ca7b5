/** The structure of a change: what it builds on, whose it is, and what it may name. */
import * as A from "@automerge/automerge";
import { describe, expect, test } from "vitest";

import {
  actorAt,
  attributionAt,
  chart,
  emptyPlan,
  History,
  recordIdAt,
} from "../clinical/written-history.test-support.ts";
import { encodeStatement } from "../clinical/statement.ts";
import type { ActorId, ChangeHash, OpId } from "../ids.ts";
import { composeChange, type ChangePlan } from "./compose-change.ts";
import { genesisOf } from "./genesis.ts";

function begun() {
  const history = new History();
  const one = history.set([history.creation], "phone", "1");
  const other = history.set([history.creation], "phone", "2");
  return { history, one, other };
}

function plan(history: History, changes: Partial<ChangePlan>): Uint8Array {
  const deps = changes.deps ?? [history.creation];
  return composeChange({
    actor: actorAt(0xbbbb),
    seq: 1,
    startOp: history.index.nextOp(deps),
    deps,
    timeMs: 0,
    ops: [{ key: "age", pred: [], set: 4 }],
    ...changes,
  });
}

function opOf(history: History, hash: ChangeHash): OpId {
  return history.live([hash], "phone")[0] ?? ("" as OpId);
}

describe("[AD-4] structure", () => {
  test("[AD-4] dependencies must be known, and are named if not", () => {
    const { history } = begun();
    const unknown = "f".repeat(64) as ChangeHash;
    const bytes = composeChange({
      actor: actorAt(1),
      seq: 1,
      startOp: 2,
      deps: [unknown],
      timeMs: 0,
      ops: [{ key: "age", pred: [], set: 4 }],
    });
    expect(() => history.accept(bytes)).toThrow("missing-dependencies");
  });

  test("[AD-4] only the creation and genesis changes build on nothing, and a record is created once", () => {
    const { history } = begun();
    const id = { key: "recordId", pred: [], set: recordIdAt(1) };
    expect(() =>
      history.accept(plan(history, { deps: [], startOp: 1 })),
    ).toThrow("no-dependencies");
    expect(() => history.write({ deps: [], ops: [id] })).toThrow(
      "record-exists",
    );
    expect(() =>
      history.write({ deps: [history.creation], ops: [id] }),
    ).toThrow("record-exists");
    const genesis = history.genesis("summary");
    expect(() => history.accept(plan(history, { deps: [genesis] }))).toThrow(
      "no-dependencies",
    );
  });

  test("[AD-4] genesis changes may come before or after the creation", () => {
    const { history } = begun();
    const late = history.genesis("visits");
    expect(history.index.heads()).toContain(late);
    const creation = history.written(history.creation).bytes;
    const early = new History(genesisOf(chart, "summary").bytes);
    expect(early.index.size).toBe(2);
    expect(early.index.creation()).toBe(history.creation);
    expect(early.written(early.creation).bytes).toEqual(creation);
  });

  test("[AD-4] an actor's sequence has no gap and no fork, and each change builds on its last", () => {
    const { history, one } = begun();
    const actor = actorAt(0xcc);
    expect(() => history.accept(plan(history, { actor, seq: 2 }))).toThrow(
      "sequence-gap",
    );
    const first = history.accept(plan(history, { actor }));
    expect(() =>
      history.accept(plan(history, { actor, timeMs: 5000 })),
    ).toThrow("sequence-fork");
    expect(() =>
      history.accept(plan(history, { actor, seq: 2, deps: [one] })),
    ).toThrow("sequence-fork");
    history.accept(
      plan(history, {
        actor,
        seq: 2,
        deps: [first],
        ops: [{ key: "isUrgent", pred: [], set: true }],
      }),
    );
  });

  test("[AD-4] nobody writes under a genesis actor: it would keep the genesis out", () => {
    const { history } = begun();
    const { actor } = genesisOf(chart, "summary");
    expect(() => history.accept(plan(history, { actor }))).toThrow(
      "actor-malformed",
    );
    const genesis = history.genesis("summary");
    expect(() =>
      history.accept(
        plan(history, {
          actor,
          seq: 2,
          deps: [history.creation, genesis].sort(),
        }),
      ),
    ).toThrow("actor-malformed");
    expect(() =>
      history.accept(plan(history, { actor: "abcd" as ActorId })),
    ).toThrow("actor-malformed");
  });

  test("[AD-4] the first operation number follows the dependencies exactly", () => {
    const { history } = begun();
    const next = history.index.nextOp([history.creation]);
    for (const startOp of [next - 1, next + 1, 2 ** 30]) {
      expect(() => history.accept(plan(history, { startOp }))).toThrow(
        "start-op-wrong",
      );
    }
  });

  test("[AD-4] it names only operations it has seen: the other order of arrival would panic", () => {
    const { history, one, other } = begun();
    const lie = plan(history, {
      deps: [one],
      ops: [
        {
          key: "phone",
          pred: [opOf(history, one), opOf(history, other)].sort(),
          set: "3",
        },
      ],
    });
    expect(() => history.accept(lie)).toThrow("pred-wrong");
    const bytes = [history.creation, one, other].map(
      (hash) => history.written(hash).bytes,
    );
    const [withoutOther] = A.applyChanges(A.init(), bytes.slice(0, 2));
    expect(() => A.applyChanges(withoutOther, [lie])).toThrow();
  });

  test("[AD-4] it names only operations of the same key: otherwise the document no longer loads", () => {
    const { history, one } = begun();
    const lie = plan(history, {
      deps: [one],
      ops: [{ key: "age", pred: [opOf(history, one)], set: 3 }],
    });
    expect(() => history.accept(lie)).toThrow("pred-wrong");
    const bytes = [history.creation, one].map(
      (hash) => history.written(hash).bytes,
    );
    const [doc] = A.applyChanges(A.init(), [...bytes, lie]);
    expect(() => A.load(A.save(doc))).toThrow();
    const unheard = { key: "age", pred: [`1@${actorAt(3)}` as OpId], set: 3 };
    expect(() => history.accept(plan(history, { ops: [unheard] }))).toThrow(
      "pred-wrong",
    );
  });
});

test("[AD-4] a statement shares the live sets of groups it does not touch with the row before", () => {
  const { history } = begun();
  const first = history.sign({ deps: [history.creation], content: emptyPlan });
  const next = history.set([first], "phone", "3");
  const rows = [first, next].map((hash) => history.index.get(hash)?.live);
  expect(rows[0]).toBe(rows[1]);
  const standing = history.write({
    deps: [next],
    ops: [
      {
        key: "standing",
        pred: [],
        set: encodeStatement({
          content: { status: "active" },
          attribution: attributionAt(3),
        }),
      },
    ],
  });
  expect(history.index.get(standing)?.live["plan"]).toBe(rows[0]?.["plan"]);
  expect(history.index.groups()).toEqual(["plan", "standing"]);
  expect(history.index.frontier([first, next, standing])).toEqual([standing]);
  expect(history.index.changeOf(opOf(history, next))).toBe(next);
  expect(history.index.targetOf(opOf(history, next))).toBe("phone");
});

test("[CF-2] a change without operations, as stock clients write to merge, leads to what lies behind it", () => {
  const { history } = begun();
  const signed = history.sign({ deps: [history.creation], content: emptyPlan });
  const empty = history.write({ deps: [signed], ops: [] });
  const next = history.set([empty], "phone", "3");
  expect(history.index.isSeenBy(signed, next)).toBe(true);
  const apart = history.set([history.creation], "phone", "4");
  const deps = [next, apart].sort();
  const last = history.sign({ deps, content: emptyPlan });
  expect(history.index.get(last)?.statements["plan"]?.pred).toHaveLength(1);
});
