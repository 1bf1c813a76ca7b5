import { changeHashSchema, type ChangeHash } from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";

import { SeenChanges } from "./seen-changes.ts";

const hashOf = (at: number) =>
  changeHashSchema.parse(at.toString(16).padStart(64, "0"));

/** Each change builds on any of those before it. */
const histories = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 25 })
  .map((picks) =>
    picks.map((of, at) =>
      at === 0 ? [] : of.map((pick) => hashOf(pick % at)),
    ),
  );

test("[CL-11] what a form has seen is everything behind its heads, whatever was asked about before", () => {
  fc.assert(
    fc.property(
      histories,
      fc.array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 12 }),
      (history, asked) => {
        const seen = new SeenChanges();
        // They arrive one by one, and one asks also for what is not here yet.
        let hereCount = 0;
        const depsOf = (hash: ChangeHash) =>
          history.slice(0, hereCount)[parseInt(hash, 16)];
        for (const picks of asked) {
          hereCount = Math.min(history.length, hereCount + 3);
          const heads = picks.map((pick) => hashOf(pick % history.length));
          expect(new Set(seen.behind(heads, depsOf))).toEqual(
            everythingBehind(heads, depsOf),
          );
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("[CL-11] nothing that was found behind the heads of a form is walked again when they go on", () => {
  const seen = new SeenChanges();
  let walked = 0;
  const depsOf = (hash: ChangeHash) => {
    walked += 1;
    const at = parseInt(hash, 16);
    return at === 0 ? [] : [hashOf(at - 1)];
  };
  const before = seen.behind([hashOf(1_000)], depsOf);
  expect(before.size).toBe(1_001);
  walked = 0;
  expect(seen.behind([hashOf(1_000)], depsOf)).toBe(before);
  expect(seen.behind([hashOf(1_001)], depsOf).size).toBe(1_002);
  expect(walked).toBeLessThan(5);
  expect(before.size).toBe(1_001);
});

/** From the last change to the first: what is behind one that is behind the heads. */
function everythingBehind(
  heads: readonly ChangeHash[],
  depsOf: (hash: ChangeHash) => readonly ChangeHash[] | undefined,
): ReadonlySet<ChangeHash> {
  const behind = new Set(heads);
  for (let at = 25; at >= 0; at -= 1)
    if (behind.has(hashOf(at)))
      for (const dep of depsOf(hashOf(at)) ?? []) behind.add(dep);
  return behind;
}
