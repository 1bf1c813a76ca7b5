/**
 * The corpus of hostile input: each case is one attack over a real socket on a real server, and the one right answer to it.
 *
 * Answers are text, so that a case reads as one line: `close <name>: <sentence>`, `refused <code>: <sentence>`, `accepted`,
 * `http <status> <code>`. Sentences are part of them: without, a case could pass because another check caught what its own
 * let through. After every case an honest member, on a socket opened before all of them, still gets work accepted. SPEC HO-1.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHouse, type House } from "./house.test-support.ts";
import mutations from "./mutations.json" with { type: "json" };

export interface HostileCase {
  /** Unique in the corpus: mutants name the cases that must then fail. */
  readonly name: string;
  /** What would be gained, or broken. */
  readonly attacks: string;
  /** Where it is stopped: file and, where that is not plain, which check; or one of `notOurs`. */
  readonly check: string;
  readonly expected: string;
  /** Does it, and says what came of it. */
  readonly attack: (house: House) => Promise<string> | string;
}

/** Libraries whose checks cannot be taken away here; and "none" for what differs from an attack in one thing and is let through. */
const notOurs: ReadonlySet<string> = new Set([
  "ws",
  "node:http",
  "jose",
  "none",
]);

// Only what hangs takes this long; a machine with other work to do may be slow.
const houseTimeoutMs = 60_000;
const caseTimeoutMs = 20_000;

/** To be called once in a file: its server lives for all of its cases. By subject, which begins each test's name. */
export function runCases(
  subjects: Readonly<Record<string, readonly HostileCase[]>>,
): void {
  let house: House | undefined;
  beforeAll(async () => {
    house = await createHouse();
  }, houseTimeoutMs);
  afterAll(async () => {
    await house?.close();
  });

  test("[HO-9] a mutation takes away what each case aims at, unless that is a library's", () => {
    const aimedAt = new Set(mutations.flatMap(({ cases }) => cases));
    const untried = Object.entries(subjects).flatMap(([subject, cases]) =>
      cases
        .filter(({ check }) => !notOurs.has(check))
        .map(({ name }) => `${subject}: ${name}`)
        .filter((name) => !aimedAt.has(name)),
    );
    expect(untried).toEqual([]);
  });

  for (const [subject, cases] of Object.entries(subjects))
    test.each(cases.map((one) => [one.name, one] as const))(
      `${subject}: %s`,
      async (_name, { expected, attack }) => {
        if (house === undefined) throw new Error("there is no house");
        expect(await attack(house)).toBe(expected);
        await house.expectUnharmed();
      },
      caseTimeoutMs,
    );
}
