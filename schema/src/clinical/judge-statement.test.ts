/** What may be signed over what: pred, agreement, resolutions, the archive. Each rule judged on the change alone. */
import { describe, expect, test } from "vitest";

import { archiveKey } from "../records/record-types.ts";
import type { ChangeHash, OpId } from "../ids.ts";
import type { Decision } from "./resolution.ts";
import { encodeStatement } from "./statement.ts";
import {
  allergic,
  andWarfarin,
  aspirin,
  nuts,
  onAspirin,
  parted,
  penicillin,
  reading,
  signedIn,
  warfarin,
} from "./parted-plan.test-support.ts";
import {
  active,
  asContent,
  attributionAt,
  emptyPlan,
  History,
  type PlanContent,
} from "./written-history.test-support.ts";

test("[CF-3] a statement that overwrites more or less than its author could see is refused", () => {
  const { history, first, one, both } = parted();
  const attempts: readonly (readonly [
    readonly ChangeHash[],
    readonly OpId[],
  ])[] = [
    [[one], []],
    [[one], [signedIn(history, first)]],
    [both, [signedIn(history, one)]],
    [[first], []],
  ];
  for (const [deps, pred] of attempts) {
    const set = encodeStatement({
      content: asContent(onAspirin),
      attribution: attributionAt(history.draw()),
    });
    expect(() =>
      history.write({ deps, ops: [{ key: "plan", pred, set }] }),
    ).toThrow("statement-pred-wrong");
  }
});

test("[CF-3] one statement per group and one group per change, but for the creation; a group is never cleared", () => {
  const { history, first } = parted();
  const statement = (content: object) =>
    encodeStatement({
      content: content as never,
      attribution: attributionAt(history.draw()),
    });
  const plan = {
    key: "plan",
    pred: [signedIn(history, first)],
    set: statement(onAspirin),
  };
  const standing = {
    key: "standing",
    pred: [],
    set: statement({ status: "active" }),
  };
  expect(() => history.write({ deps: [first], ops: [plan, standing] })).toThrow(
    "statement-structure",
  );
  expect(() => history.write({ deps: [first], ops: [plan, plan] })).toThrow(
    "statement-structure",
  );
  expect(() =>
    history.write({ deps: [first], ops: [{ ...plan, set: null }] }),
  ).toThrow("statement-structure");
});

test("[CF-4] a medication here and an allergy there are a conflict, with the base and both candidates", () => {
  const { history } = parted();
  const read = reading(history);
  expect(read).toMatchObject({ status: "conflict", base: onAspirin });
  expect(read).not.toHaveProperty("content");
  if (read.status === "settled") throw new Error("settled");
  expect(read.candidates.map(({ content }) => content)).toEqual(
    expect.arrayContaining([andWarfarin, allergic]),
  );
});

test("[CF-4] before anyone has signed a group reads as settled, by nobody", () => {
  expect(reading(new History())).toEqual({
    status: "settled",
    content: emptyPlan,
    signatures: [],
  });
});

describe("agreement", () => {
  const apart = (id: string): PlanContent => ({
    ...onAspirin,
    allergies: { [id]: active("penicillin") },
  });

  test("[CF-5] two who add the same entry apart, each under an id of their own, agree: both signed", () => {
    const { history } = parted(apart(penicillin), apart(nuts));
    const read = reading(history);
    expect(read.status).toBe("settled");
    if (read.status === "conflict") throw new Error("in conflict");
    expect(read.signatures).toHaveLength(2);
    // A plain Automerge reader sees the same entry under the same id.
    const winner = history.fold.live("plan").at(-1);
    expect(winner && history.fold.statementOf(winner).content).toEqual(
      read.content,
    );
  });

  test("[CF-5] an entry all had seen is itself: the same content under another id is a conflict", () => {
    const moved: PlanContent = {
      ...onAspirin,
      drugs: { [warfarin]: active("aspirin") },
    };
    const history = new History();
    const first = history.sign({
      deps: [history.creation],
      content: onAspirin,
    });
    history.sign({ deps: [first], content: onAspirin });
    history.sign({
      deps: [first],
      content: moved,
      archived: { [aspirin]: { name: "aspirin", status: "stopped" } },
    });
    expect(reading(history).status).toBe("conflict");
  });

  test("[CF-5] the same entry twice is not the same as once", () => {
    const twice: PlanContent = {
      ...onAspirin,
      allergies: { [penicillin]: active("latex"), [nuts]: active("latex") },
    };
    const once: PlanContent = {
      ...onAspirin,
      allergies: { [warfarin]: active("latex") },
    };
    expect(reading(parted(twice, once).history).status).toBe("conflict");
  });

  test("[CF-6] overwriting statements that agree is an ordinary edit, and a resolution of them is refused", () => {
    const { history, both } = parted(apart(penicillin), apart(nuts));
    const decision: Decision = { kind: "value" };
    expect(() =>
      history.sign({ deps: both, content: apart(nuts), decision }),
    ).toThrow("resolution-wrong");
    history.sign({ deps: both, content: apart(nuts) });
    expect(reading(history)).toMatchObject({
      status: "settled",
      content: apart(nuts),
    });
  });

  test("[CF-11] what agreeing statements hold under different ids cannot be dropped unarchived either", () => {
    const { history, both } = parted(apart(penicillin), apart(nuts));
    expect(() => history.sign({ deps: both, content: onAspirin })).toThrow(
      "archive-missing",
    );
    const archived = {
      [nuts]: { name: "penicillin", status: "stopped" } as const,
    };
    history.sign({ deps: both, content: onAspirin, archived });
    expect(reading(history)).toMatchObject({ content: onAspirin });
  });
});

describe("archive", () => {
  const stopped = { name: "aspirin", status: "stopped" } as const;

  test("[CF-11] an entry leaves only archived, ended, by the same change; it may change on its way", () => {
    const { history, first } = parted();
    expect(() => history.sign({ deps: [first], content: emptyPlan })).toThrow(
      "archive-missing",
    );
    expect(() =>
      history.sign({
        deps: [first],
        content: onAspirin,
        archived: { [aspirin]: stopped },
      }),
    ).toThrow("archive-unexpected");
    expect(() =>
      history.sign({
        deps: [first],
        content: emptyPlan,
        archived: { [aspirin]: active("aspirin") },
      }),
    ).toThrow("value-invalid");
    history.sign({
      deps: [first],
      content: emptyPlan,
      archived: { [aspirin]: stopped },
    });
    expect(history.fold.archive("plan")).toEqual({ [aspirin]: stopped });
  });

  test("[CF-11] a resolution keeps or archives what every candidate held; what only some held it decides", () => {
    const { history, both } = parted();
    const decision: Decision = { kind: "value" };
    expect(() =>
      history.sign({ deps: both, content: emptyPlan, decision }),
    ).toThrow("archive-missing");
    history.sign({
      deps: both,
      content: emptyPlan,
      decision,
      archived: { [aspirin]: stopped },
    });
    expect(reading(history)).toMatchObject({ content: emptyPlan });
  });

  test("[CF-11] beside no statement only what is not current can be archived: history from elsewhere", () => {
    const { history, first } = parted();
    const archive = (entryId: string) => ({
      deps: [first],
      ops: [
        {
          key: archiveKey("plan", entryId),
          pred: [],
          set: JSON.stringify(stopped),
        },
      ],
    });
    expect(() => history.write(archive(aspirin))).toThrow("archive-unexpected");
    history.write(archive(nuts));
    expect(history.fold.archive("plan")).toEqual({ [nuts]: stopped });
  });
});
