/** What may be signed over what: pred, agreement, resolutions, the archive. Each rule judged on the change alone. */
import { describe, expect, test } from "vitest";

import { digest } from "../canonical/canonical-json.ts";
import { archiveKey, resolutionKey } from "../records/record-types.ts";
import type { ChangeHash, OpId } from "../ids.ts";
import { readGroup } from "./read-group.ts";
import { encodeResolution, type Decision } from "./resolution.ts";
import { encodeStatement } from "./statement.ts";
import {
  active,
  asContent,
  attributionAt,
  chart,
  emptyPlan,
  entryIdAt,
  History,
  type PlanContent,
} from "./written-history.test-support.ts";

const [aspirin, warfarin, penicillin, nuts] = [1, 2, 3, 4].map(entryIdAt) as [
  string,
  string,
  string,
  string,
];

const onAspirin: PlanContent = {
  ...emptyPlan,
  drugs: { [aspirin]: active("aspirin") },
};
const andWarfarin: PlanContent = {
  ...onAspirin,
  drugs: { ...onAspirin.drugs, [warfarin]: active("warfarin") },
};
const allergic: PlanContent = {
  ...onAspirin,
  allergies: { [penicillin]: active("penicillin") },
};

/** A settled plan, and two people who changed it apart. */
function parted(
  left: PlanContent = andWarfarin,
  right: PlanContent = allergic,
) {
  const history = new History();
  const first = history.sign({ deps: [history.creation], content: onAspirin });
  const one = history.sign({ deps: [first], content: left });
  const other = history.sign({ deps: [first], content: right });
  return { history, first, one, other, both: [one, other].sort() };
}

function reading(history: History) {
  return readGroup(chart.groups.plan, history.fold.live("plan"), history.fold);
}

function signedIn(history: History, hash: ChangeHash): OpId {
  const opId = history.index.get(hash)?.statements["plan"]?.opId;
  if (opId === undefined) throw new Error("it signs no plan");
  return opId;
}

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
    if (read.status === "settled") expect(read.signatures).toHaveLength(2);
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

describe("resolution", () => {
  const combined: PlanContent = {
    ...andWarfarin,
    allergies: allergic.allergies,
  };

  test("[CF-6] a conflict is overwritten only by a resolution", () => {
    const { history, both } = parted();
    expect(() => history.sign({ deps: both, content: combined })).toThrow(
      "resolution-required",
    );
  });

  test("[CF-7] choosing, combining and a new value settle it, and are kept", () => {
    for (const kind of ["choose", "combine", "value"] as const) {
      const { history, one, both } = parted();
      const decision: Decision =
        kind === "choose"
          ? { kind, candidate: signedIn(history, one) }
          : { kind };
      const content =
        kind === "choose"
          ? andWarfarin
          : kind === "combine"
            ? combined
            : onAspirin;
      history.sign({ deps: both, content, decision });
      expect(reading(history)).toMatchObject({ status: "settled", content });
      expect(history.fold.resolutions()).toMatchObject([{ decision }]);
    }
  });

  test("[CF-7] content that is not what was decided is refused", () => {
    const { history, first, one, both } = parted();
    const chosen = signedIn(history, one);
    const wrong: readonly (readonly [PlanContent, Decision])[] = [
      [allergic, { kind: "choose", candidate: chosen }],
      [onAspirin, { kind: "choose", candidate: signedIn(history, first) }],
      [andWarfarin, { kind: "combine" }],
    ];
    for (const [content, decision] of wrong) {
      expect(() => history.sign({ deps: both, content, decision })).toThrow(
        "resolution-wrong",
      );
    }
  });

  test("[CF-7] it names exactly the statements it overwrites, is signed as they are, and stands beside its statement", () => {
    const { history, one, other, both } = parted();
    const pred = history.live(both, "plan");
    const attribution = attributionAt(99);
    const statement = {
      key: "plan",
      pred,
      set: encodeStatement({ content: asContent(combined), attribution }),
    };
    const resolution = {
      group: "plan",
      settles: [...pred],
      decision: { kind: "combine" as const },
      reason: "both stand",
      attribution,
    };
    const beside = (changed: object, n = 50) => ({
      key: resolutionKey(entryIdAt(n)),
      pred: [],
      set: encodeResolution({ ...resolution, ...changed }),
    });
    const wrong = [
      { settles: [signedIn(history, one), signedIn(history, one)] },
      { group: "standing" },
      { attribution: { ...attribution, nonce: attributionAt(98).nonce } },
      { attribution: { ...attribution, authoredAtMs: 98 } },
      { attribution: { ...attribution, reason: "another" } },
    ];
    for (const changed of wrong) {
      expect(() =>
        history.write({ deps: both, ops: [statement, beside(changed)] }),
      ).toThrow("resolution-wrong");
    }
    expect(() =>
      history.write({
        deps: both,
        ops: [statement, beside({}), beside({}, 51)],
      }),
    ).toThrow("resolution-wrong");
    expect(() => history.write({ deps: [other], ops: [beside({})] })).toThrow(
      "resolution-wrong",
    );
    history.write({ deps: both, ops: [statement, beside({})] });
    expect(reading(history)).toMatchObject({ content: combined });
  });

  test("[CF-12] what a resolution had not seen stays live and reopens the conflict, about that only", () => {
    const { history, first, both } = parted();
    const late = history.sign({
      deps: [first],
      content: { ...onAspirin, risk: "high" },
    });
    history.sign({
      deps: both,
      content: combined,
      decision: { kind: "combine" },
    });
    const read = reading(history);
    if (read.status === "settled") throw new Error("settled");
    expect(
      read.candidates.map(({ content }) => digest(asContent(content))).sort(),
    ).toEqual(
      [combined, { ...onAspirin, risk: "high" as const }]
        .map((content) => digest(asContent(content)))
        .sort(),
    );
    expect(read.base).toEqual(onAspirin);
    expect(history.fold.live("plan")).toContain(signedIn(history, late));
  });

  test("[CF-12] two who resolve differently apart are in conflict again; alike, they agree", () => {
    const { history, one, other, both } = parted();
    const choose = (hash: ChangeHash): Decision => ({
      kind: "choose",
      candidate: signedIn(history, hash),
    });
    history.sign({ deps: both, content: andWarfarin, decision: choose(one) });
    history.sign({ deps: both, content: andWarfarin, decision: choose(one) });
    expect(reading(history).status).toBe("settled");
    history.sign({ deps: both, content: allergic, decision: choose(other) });
    expect(reading(history)).toMatchObject({
      status: "conflict",
      base: onAspirin,
    });
  });

  test("[CF-13] anyone who may sign can edit one candidate; the conflict stays open and the safe side gains the entry", () => {
    const { history, one, other } = parted();
    const content = {
      ...allergic,
      allergies: { ...allergic.allergies, [nuts]: active("nuts") },
    };
    history.sign({ deps: [other], content });
    const read = reading(history);
    if (read.status === "settled") throw new Error("settled");
    expect(read.candidates).toHaveLength(2);
    expect(read.safe.allergies.map(({ entryId }) => entryId)).toEqual([
      penicillin,
      nuts,
    ]);
    expect(history.fold.live("plan")).toContain(signedIn(history, one));
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

test("[CF-14] no clock decides: whatever the devices' clocks say, the same statements are in conflict", () => {
  const texts = [0, 8_640_000_000_000].map((authoredAtMs) => {
    const { history, first } = parted();
    const attribution = { ...attributionAt(77), authoredAtMs };
    const set = encodeStatement({
      content: asContent({ ...onAspirin, risk: "high" }),
      attribution,
    });
    history.write({
      deps: [first],
      ops: [{ key: "plan", pred: [signedIn(history, first)], set }],
    });
    const read = reading(history);
    return read.status === "conflict" ? read.candidates.length : 0;
  });
  expect(texts).toEqual([3, 3]);
});
