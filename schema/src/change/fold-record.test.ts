/** A record folded from its changes is what Automerge makes of them, values and conflicts alike. */
import * as A from "@automerge/automerge";
import fc from "fast-check";
import { expect, test } from "vitest";

import { generator } from "../clinical/random-history.test-support.ts";
import {
  active,
  actorAt,
  asContent,
  attributionAt,
  chart,
  emptyPlan,
  entryIdAt,
  recordIdAt,
} from "../clinical/written-history.test-support.ts";
import { compareOpIds, opIdOf } from "../ids.ts";
import { appointment } from "../records/appointment.ts";
import { encodeStatement } from "../clinical/statement.ts";
import { defaultChangeLimits } from "./change-limits.ts";
import { decodeChange } from "./decode-change.ts";
import { furthest, readFields, RecordFold } from "./fold-record.ts";
import { genesisOf } from "./genesis.ts";
import { interpretChange } from "./interpret-change.ts";

type Draft = Record<string, unknown>;
type Doc = A.Doc<Draft>;

/** A document that four replicas wrote through Automerge's own API. */
function randomDocument(seed: number, steps: number): Doc {
  const below = generator(seed);
  const genesis = ["summary", "visits"].map(
    (name) => genesisOf(chart, name).bytes,
  );
  const [bare] = A.applyChanges(A.init<Draft>({ actor: actorAt(1) }), genesis);
  const origin = A.change(bare, { time: 0 }, (draft) => {
    draft["recordId"] = new A.ImmutableString(recordIdAt(1));
    draft["recordType"] = new A.ImmutableString(chart.type);
    draft["parentId"] = new A.ImmutableString(recordIdAt(2));
  });
  const replicas: Doc[] = [1, 2, 3, 4].map((n) =>
    n === 1 ? origin : A.merge(A.init<Draft>({ actor: actorAt(n) }), origin),
  );
  for (let step = 0; step < steps; step += 1) {
    const at = below(4);
    const own = replicas[at];
    const other = replicas[below(4)];
    if (own === undefined || other === undefined) continue;
    replicas[at] =
      below(3) === 0
        ? A.merge(own, A.clone(other))
        : A.change(own, { time: step }, (draft) => {
            for (let count = 1 + below(3); count > 0; count -= 1)
              edit(draft, below, step);
          });
  }
  return replicas.reduce((merged, doc) => A.merge(merged, A.clone(doc)));
}

function edit(
  draft: Draft,
  below: (count: number) => number,
  step: number,
): void {
  const word = (text: string) => new A.ImmutableString(text);
  switch (below(9)) {
    case 0:
      draft["phone"] = word(`${below(3)}`);
      break;
    case 1:
      // Few values: what stands in conflict is often written again, and Automerge then deletes the losers.
      draft["age"] = below(2);
      break;
    case 2:
      draft["isUrgent"] = below(2) === 0;
      break;
    case 3:
      draft["progress"] = word(["none", "begun", "done"][below(3)] ?? "none");
      break;
    case 4:
      draft[`notes/${entryIdAt(below(4))}`] = word(
        `{"text":"${step} ${below(99)}"}`,
      );
      break;
    case 5: {
      const visits = draft["visits"];
      if (visits instanceof A.Counter) visits.increment(below(7) - 3);
      break;
    }
    case 6:
      A.splice(draft, ["summary"], 0, 0, `${step}.`);
      break;
    case 7:
      if (below(3) === 0) delete draft["phone"];
      break;
    default:
      draft["plan"] = word(
        encodeStatement({
          content: asContent({
            ...emptyPlan,
            drugs: { [entryIdAt(below(5))]: active(`${step}`) },
          }),
          attribution: attributionAt(1 + step * 100 + below(100)),
        }),
      );
  }
}

function folded(changes: readonly Uint8Array[]): RecordFold {
  const fold = new RecordFold();
  for (const bytes of changes) {
    const decoded = decodeChange(bytes, defaultChangeLimits);
    const edits = decoded.ok ? interpretChange(chart, decoded.value) : decoded;
    if (!edits.ok) throw new Error(edits.error.reason);
    fold.addChange(edits.value);
  }
  return fold;
}

const plain = (value: unknown) =>
  value instanceof A.ImmutableString ? value.val : value;

test("[CO-6] values and conflicts are Automerge's own, whoever wrote them", () => {
  const seen = { conflicts: 0, cleared: 0, changes: 0 };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 5, max: 60 }),
      (seed, steps) => {
        const doc = randomDocument(seed, steps);
        const changes = A.getAllChanges(doc);
        const fold = folded(changes);
        seen.changes += changes.length;
        seen.cleared += changes.filter((bytes) =>
          A.decodeChange(bytes).ops.some(
            ({ action, obj }) => action === "del" && obj === "_root",
          ),
        ).length;

        expect(fold.recordId()).toBe(plain(doc["recordId"]));
        expect(fold.recordType()).toBe(chart.type);
        expect(fold.parentId()).toBe(plain(doc["parentId"]));
        expect(fold.counter("visits")).toBe(Number(doc["visits"]));
        for (const name of ["phone", "age", "isUrgent", "progress"]) {
          expect(fold.scalar(name)).toBe(plain(doc[name]));
        }
        const notes = Object.entries(doc).filter(([key]) =>
          key.startsWith("notes/"),
        );
        expect(fold.entries("notes")).toEqual(
          Object.fromEntries(
            notes.map(([key, value]) => [
              key.slice(6),
              JSON.parse(String(plain(value))),
            ]),
          ),
        );
        for (const key of [
          "phone",
          "age",
          "isUrgent",
          "progress",
          "plan",
          ...notes.map(([key]) => key),
        ]) {
          const conflicts = A.getConflicts(doc, key);
          const live = fold.livePred(key);
          expect(live.length < 2 ? [] : [...live].sort()).toEqual(
            Object.keys(conflicts ?? {}).sort(),
          );
          if (conflicts === undefined) continue;
          seen.conflicts += 1;
          if (
            key === "phone" ||
            key === "age" ||
            key === "isUrgent" ||
            key === "progress"
          ) {
            expect(fold.scalars(key)).toEqual(
              live.map((opId) => plain(conflicts[opId])),
            );
          }
        }
        const winner = fold.live("plan").at(-1);
        expect(
          winner === undefined
            ? undefined
            : encodeStatement(fold.statementOf(winner)),
        ).toBe(plain(doc["plan"]));
        A.free(doc);
      },
    ),
    { numRuns: 80, seed: 31 },
  );
  expect(seen.conflicts).toBeGreaterThan(200);
  expect(seen.cleared).toBeGreaterThan(20);
  expect(seen.changes).toBeGreaterThan(1000);
});

test("[RC-14] whatever causal order changes come in, entries are read in the order in which they were first written", () => {
  let reordered = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const changes = A.getAllChanges(randomDocument(seed, 40));
      const idsIn = (order: readonly Uint8Array[]) =>
        Object.keys(folded(order).entries("notes"));
      const firstWritten = new Map<string, string>();
      for (const { ops, startOp, actor } of changes.map(A.decodeChange))
        ops.forEach(({ key }, at) => {
          const [, entryId] = /^notes\/(.*)$/.exec(key ?? "") ?? [];
          const opId = opIdOf(startOp, at, actor);
          const before = firstWritten.get(entryId ?? "");
          if (before === undefined || compareOpIds(opId, before) < 0)
            firstWritten.set(entryId ?? "", opId);
        });
      firstWritten.delete("");
      const ids = [...firstWritten]
        .sort(([, a], [, b]) => compareOpIds(a, b))
        .map(([entryId]) => entryId);
      const order = anotherOrder(changes, generator(seed));
      if (order.some((bytes, at) => bytes !== changes[at])) reordered += 1;
      expect(idsIn(changes)).toEqual(ids);
      expect(idsIn(order)).toEqual(ids);
    }),
    { numRuns: 20 },
  );
  expect(reordered).toBeGreaterThan(10);
});

/** The same changes, each behind what it builds on. */
function anotherOrder(
  changes: readonly Uint8Array[],
  below: (count: number) => number,
): readonly Uint8Array[] {
  const waiting = changes.map((bytes) => ({ bytes, ...A.decodeChange(bytes) }));
  const placed = new Set<string>();
  const order: Uint8Array[] = [];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ deps }) =>
      deps.every((dep) => placed.has(dep)),
    );
    const next = ready[below(ready.length)];
    if (next === undefined) throw new Error("a change builds on itself");
    waiting.splice(waiting.indexOf(next), 1);
    placed.add(next.hash);
    order.push(next.bytes);
  }
  return order;
}

test("[CO-6] of an ordered field the furthest concurrent value is read", () => {
  const order = ["none", "begun", "done"];
  expect(furthest(order, ["done", "begun"])).toBe("done");
  expect(furthest(order, [])).toBeUndefined();
  const on = (n: number, word: string) => {
    const doc = A.merge(
      A.init<Draft>({ actor: actorAt(n) }),
      randomDocument(1, 0),
    );
    return A.change(doc, { time: 0 }, (draft) => {
      draft["progress"] = new A.ImmutableString(word);
    });
  };
  const merged = A.merge(on(8, "done"), on(9, "begun"));
  const fold = folded(A.getAllChanges(merged));
  expect(plain(merged["progress"])).toBe("begun");
  expect(readFields(chart, fold)).toMatchObject({
    progress: "done",
    visits: 0,
    notes: {},
    summary: null,
  });
});

test("[RC-10] of attendances recorded apart the furthest counts; who has seen one may take it back", () => {
  const fold = new RecordFold();
  const write = (counter: number, value: string, overwrites: number[]) =>
    fold.addChange([
      {
        kind: "field",
        name: "attendance",
        value,
        opId: opIdOf(counter, 0, actorAt(counter)),
        pred: overwrites.map((seen) => opIdOf(seen, 0, actorAt(seen))),
      },
    ]);
  const attendance = () => readFields(appointment, fold)["attendance"];
  write(1, "fulfilled", []);
  write(2, "arrived", []);
  expect(attendance()).toBe("fulfilled");
  write(3, "expected", [1, 2]);
  expect(attendance()).toBe("expected");
  // Somebody who had not seen the correction.
  write(4, "checked-in", [2]);
  expect(attendance()).toBe("checked-in");
});
