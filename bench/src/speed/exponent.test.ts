import * as fc from "fast-check";
import { expect, test } from "vitest";

import { exponentOf } from "./exponent.ts";

test("[BE-12] what grows with a power of its size has that exponent, whatever its unit", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -2, max: 3, noNaN: true }),
      fc.double({ min: 0.001, max: 1_000, noNaN: true }),
      (power, unit) => {
        const points = [5, 20, 80].map((size) => ({
          size,
          value: unit * size ** power,
        }));
        expect(exponentOf(points)).toBeCloseTo(power, 6);
      },
    ),
  );
});

test("[BE-12] of three sizes all three count", () => {
  const points = [
    { size: 1, value: 1 },
    { size: 4, value: 1 },
    { size: 16, value: 16 },
  ];
  expect(exponentOf(points)).toBeCloseTo(1);
});

test("[BE-12] nothing, and one size, have no exponent", () => {
  const one = { size: 4, value: 1 };
  expect(() => exponentOf([one, { size: 16, value: 0 }])).toThrow(
    "there is no power of nothing",
  );
  expect(() => exponentOf([one, one])).toThrow("there is one size only");
});
