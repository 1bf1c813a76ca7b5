import fc from "fast-check";
import { expect, test } from "vitest";

import { figureOf, quantile } from "./figure.ts";

test("[BE-3] a figure is the median of all rounds with the lowest and the highest", () => {
  expect(figureOf([9, 1, 4], "ms")).toEqual({
    median: 4,
    lowest: 1,
    highest: 9,
    unit: "ms",
    rounds: 3,
  });
  expect(figureOf([1, 2, 4, 100], "bytes").median).toBe(3);
  expect(() => figureOf([], "ms")).toThrow("nothing was measured");
});

test("[BE-3] as many values lie below a median as above it, in whatever order they came", () => {
  const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(values, (measured) => {
      const { median, lowest, highest } = figureOf(measured, "ms");
      const below = measured.filter((value) => value < median).length;
      const above = measured.filter((value) => value > median).length;
      expect(below).toBeLessThanOrEqual(measured.length / 2);
      expect(above).toBeLessThanOrEqual(measured.length / 2);
      expect(measured).toContain(lowest);
      expect(measured).toContain(highest);
      expect(figureOf(measured.toReversed(), "ms").median).toBe(median);
    }),
  );
});

test("[BE-3] a quantile lies between two values in proportion", () => {
  expect(quantile([0, 10, 20], 0.99)).toBeCloseTo(19.8);
  expect(quantile([7], 0.99)).toBe(7);
});
