/** How conflicts end: by whom, how, what reopens them, and what goes on meanwhile. */
import { describe, expect, test } from "vitest";

import { digest } from "../canonical/canonical-json.ts";
import type { ChangeHash } from "../ids.ts";
import { resolutionKey } from "../records/record-types.ts";
import { encodeResolution, type Decision } from "./resolution.ts";
import { encodeStatement } from "./statement.ts";
import {
  allergic,
  andWarfarin,
  nuts,
  onAspirin,
  parted,
  penicillin,
  reading,
  signedIn,
} from "./parted-plan.test-support.ts";
import {
  active,
  asContent,
  attributionAt,
  entryIdAt,
  type PlanContent,
} from "./written-history.test-support.ts";

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
