import { expect, test } from "vitest";

import { inBatches } from "./in-batches.ts";

test("[BE-6] what a device pushes goes in its order, in batches as the SDK makes them", () => {
  const items = [10_000, 10_000, 10_000, 30_000, 1].map((length, number) => ({
    number,
    bytes: new Uint8Array(length),
  }));
  const batches = inBatches(items);
  expect(batches.map((batch) => batch.map(({ number }) => number))).toEqual([
    [0, 1],
    [2],
    [3],
    [4],
  ]);
  expect(inBatches([])).toEqual([]);
});
