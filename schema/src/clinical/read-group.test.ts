/** What a reader gets of a contested group: rows, the combination, the safe side; and the text a statement is. */
import { describe, expect, test } from "vitest";

import { combineContents } from "./combine.ts";
import { compareContents } from "./compare.ts";
import { safeSide } from "./safe-side.ts";
import {
  encodeStatement,
  maxStatementBytes,
  parseStatement,
} from "./statement.ts";
import {
  active,
  asContent,
  attributionAt,
  chart,
  emptyPlan,
  entryIdAt,
  type Entry,
  type PlanContent,
} from "./written-history.test-support.ts";

// The general form of the group, as the rules are written against it.
const plan = chart.groups.plan as never;
const [a, b, c, d] = [1, 2, 3, 4].map(entryIdAt) as [
  string,
  string,
  string,
  string,
];

function drugs(list: Readonly<Record<string, Entry>>): PlanContent {
  return { ...emptyPlan, drugs: list };
}

function allergies(list: Readonly<Record<string, Entry>>): PlanContent {
  return { ...emptyPlan, allergies: list };
}

function compared(base: PlanContent, ...candidates: readonly PlanContent[]) {
  return compareContents(plan, asContent(base), candidates.map(asContent));
}

function combined(base: PlanContent, ...candidates: readonly PlanContent[]) {
  return combineContents(plan, asContent(base), candidates.map(asContent));
}

describe("statement", () => {
  const statement = {
    content: asContent(drugs({ [a]: active("aspirin") })),
    attribution: attributionAt(5),
  };
  const parse = (text: string) => parseStatement(plan, text);
  test("[CF-1] is canonical text of content and attribution, and comes back as it was", () => {
    const text = encodeStatement(statement);
    expect(parse(text)).toEqual({ ok: true, value: statement });
    expect(text.startsWith('{"attribution":{"authoredAtMs":5,')).toBe(true);
    expect(parse(` ${text}`).ok).toBe(false);
    expect(parse(text.replace("aspirin", "aspirine\u0301")).ok).toBe(false);
  });

  test("[CF-1] anything missing, unknown or malformed is refused, and the reason holds no value", () => {
    const text = encodeStatement(statement);
    const two = `"${b}":{"name":"none known","status":"active"},"${c}":{"name":"nuts","status":"active"}`;
    const damages: readonly (readonly [string, string])[] = [
      [`,"nonce":"${statement.attribution.nonce}"`, ""],
      ['"nonce":"000', '"nonce":"XYZ'],
      ['"deviceId"', '"color":"red","deviceId"'],
      [',"risk":"low"', ""],
      ['"risk":"low"', '"risk":"low","zone":{}'],
      ['"risk":"low"', '"risk":"none"'],
      [`{"${a}":{"name":"aspirin","status":"active"}}`, "[]"],
      [`"${a}":`, '"not-a-uuid":'],
      [`"${a}":`, `"${a.toUpperCase()}":`],
      ["active", "stopped"],
      ['"name"', '"dose":5,"name"'],
      ['"allergies":{}', `"allergies":{${two}}`],
      ['"risk":"low"}}', '"risk":"low"},"toString":"nothing"}'],
    ];
    for (const [part, damage] of damages) {
      const damaged = text.replace(part, damage);
      expect(damaged).not.toBe(text);
      const result = parse(damaged);
      expect([part, result.ok]).toEqual([part, false]);
      expect(JSON.stringify(result)).not.toContain("aspirin");
    }
  });

  test("[CF-1] has at most 64 KiB", () => {
    const sized = (length: number) =>
      encodeStatement({
        ...statement,
        content: asContent(drugs({ [a]: active("x".repeat(length)) })),
      });
    const room = maxStatementBytes - sized(0).length;
    expect(parse(sized(room)).ok).toBe(true);
    expect(parse(sized(room + 1)).ok).toBe(false);
  });
});

describe("rows", () => {
  test("[CF-8] what differs is told from what agrees, row by row", () => {
    const base = drugs({ [a]: active("aspirin"), [b]: active("warfarin") });
    const rows = compared(
      base,
      drugs({ [a]: active("aspirin"), [b]: active("warfarin 5") }),
      drugs({ [a]: active("aspirin") }),
    );
    expect(
      rows.map(({ entryId, changedBy, isAgreed }) => ({
        entryId,
        changedBy,
        isAgreed,
      })),
    ).toEqual([
      { entryId: a, changedBy: [], isAgreed: true },
      { entryId: b, changedBy: [0, 1], isAgreed: false },
      { entryId: null, changedBy: [], isAgreed: true },
    ]);
  });

  test("[CF-8] an entry added apart with the same content is one row under the least id", () => {
    const [row, ...others] = compared(
      emptyPlan,
      drugs({ [c]: active("aspirin") }),
      drugs({ [b]: active("aspirin") }),
      drugs({ [d]: active("aspirin") }),
    ).filter(({ entryId }) => entryId !== null);
    expect(row).toMatchObject({
      entryId: b,
      entryIds: [b, c, d],
      isAgreed: true,
    });
    expect(others).toEqual([]);
  });

  test("[CF-8] an id under which candidates hold different things is one entry, whatever else looks like it", () => {
    // Nobody had settled on `a`, but two know it; one of them also added what it was at first.
    const rows = compared(
      emptyPlan,
      drugs({ [a]: active("aspirin") }),
      drugs({ [a]: active("warfarin"), [b]: active("aspirin") }),
    );
    expect(rows.filter(({ part }) => part === "drugs")).toMatchObject([
      { entryId: a, versions: [active("aspirin"), active("warfarin")] },
      { entryId: b, versions: [undefined, active("aspirin")] },
    ]);
  });
});

describe("combination", () => {
  test("[CF-9] edits of different entries combine, of two, three and more candidates", () => {
    const base = drugs({ [a]: active("aspirin"), [b]: active("warfarin") });
    expect(
      combined(
        base,
        drugs({ [a]: active("aspirin 100"), [b]: active("warfarin") }),
        drugs({ [a]: active("aspirin") }),
        { ...base, risk: "high" },
      ),
    ).toMatchObject({
      content: { ...drugs({ [a]: active("aspirin 100") }), risk: "high" },
      touchedParts: ["drugs", "risk"],
    });
  });

  test("[CF-9] of three, two that touch the same entry differently stand in the way", () => {
    const base = drugs({ [a]: active("aspirin") });
    const edits = ["aspirin 100", "aspirin 200"].map((name) =>
      drugs({ [a]: active(name) }),
    );
    const removed = drugs({});
    const added = drugs({ ...base.drugs, [b]: active("warfarin") });
    expect(combined(base, ...edits, added)).toBeNull();
    expect(combined(base, ...edits.slice(1), removed, added)).toBeNull();
    expect(
      combined(base, ...edits.slice(1), ...edits.slice(1), added),
    ).toMatchObject({
      content: drugs({ [a]: active("aspirin 200"), [b]: active("warfarin") }),
    });
  });

  test("[CF-9] two values for one part do not combine", () => {
    const base: PlanContent = { ...emptyPlan, risk: "high" };
    expect(combined(base, emptyPlan, base)).toMatchObject({
      content: emptyPlan,
    });
    const status = chart.groups.standing as never;
    const contents = ["one", "other"].map((word) => ({ status: word }));
    expect(combineContents(status, { status: "active" }, contents)).toBeNull();
  });

  test("[CF-9] a combination that would contradict itself is none", () => {
    const none = allergies({ [a]: active("none known") });
    const nuts = allergies({ [b]: active("nuts") });
    expect(combined(emptyPlan, none, nuts)).toBeNull();
  });

  test("[CF-9] one step only for new entries of parts where those are safe together", () => {
    const nuts = allergies({ [a]: active("nuts") });
    const latex = allergies({ [b]: active("latex") });
    const aspirin = drugs({ [c]: active("aspirin") });
    expect(combined(emptyPlan, nuts, latex)?.isOneStep).toBe(true);
    expect(combined(emptyPlan, nuts, aspirin)?.isOneStep).toBe(false);
    // One took the old allergy off, the other added a new one: not two additions.
    expect(
      combined(nuts, allergies({}), {
        ...nuts,
        ...allergies({ ...nuts.allergies, ...latex.allergies }),
      })?.isOneStep,
    ).toBe(false);
  });
});

test("[CF-10] the safe side is the union, says of each entry whether it may be acted on, and knows the cautious value", () => {
  const base = drugs({ [a]: active("aspirin"), [b]: active("warfarin") });
  const safe = safeSide(chart.groups.plan, base, [
    { ...base, allergies: { [c]: active("nuts") } },
    {
      ...drugs({ [a]: active("aspirin 100"), [b]: active("warfarin") }),
      risk: "high" as const,
    },
  ]);
  expect(safe.drugs).toEqual([
    {
      entryId: a,
      versions: [active("aspirin"), active("aspirin 100")],
      isContested: true,
      guidance: "do-not-act",
    },
    {
      entryId: b,
      versions: [active("warfarin")],
      isContested: false,
      guidance: "stands",
    },
  ]);
  expect(safe.allergies).toEqual([
    {
      entryId: c,
      versions: [active("nuts")],
      isContested: true,
      guidance: "stands",
    },
  ]);
  expect(safe.risk).toEqual({
    versions: ["low", "high"],
    isContested: true,
    cautious: "high",
  });
});
