import fc from "fast-check";
import { expect, test } from "vitest";

import { SeededRandom } from "./seeded-random.ts";

test("[WO-81] a seed gives the same chance in every run, however it is drawn, and another seed gives another", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat(50)), (seed, lengths) => {
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const [one, other] = [new SeededRandom(seed), new SeededRandom(seed)];
      const pieces = lengths.flatMap((length) => [...one.bytes(length)]);
      expect(pieces).toEqual([...other.bytes(total)]);
    }),
  );
  expect(new SeededRandom(1).bytes(16)).not.toEqual(
    new SeededRandom(2).bytes(16),
  );
});

test("[WO-81] a stream does not depend on what was drawn from the others", () => {
  const drawn = new SeededRandom(7);
  drawn.bytes(100);
  drawn.fork("network").bytes(3);
  expect(drawn.fork("people").uuid()).toBe(
    new SeededRandom(7).fork("people").uuid(),
  );
});

test("[WO-81] each choice falls within its bounds and on every value, as often as its weight says", () => {
  const random = new SeededRandom("choices");
  const times = Array.from({ length: 4_000 });
  const numbers = times.map(() => random.between(-1, 2));
  expect([...new Set(numbers)].toSorted((a, b) => a - b)).toEqual([
    -1, 0, 1, 2,
  ]);
  const fractions = times.map(() => random.fraction());
  expect(fractions.every((one) => one >= 0 && one < 1)).toBe(true);
  const rare = times.filter(() => random.happens(0.1)).length;
  expect(Math.abs(rare - 400)).toBeLessThan(100);
  const picked = times.map(() => random.weighted({ a: 3, b: 1, never: 0 }));
  const ofA = picked.filter((key) => key === "a").length;
  expect(Math.abs(ofA - 3_000)).toBeLessThan(200);
  expect(picked).not.toContain("never");
  expect(() => random.pick([])).toThrow("nothing to pick from");
});
