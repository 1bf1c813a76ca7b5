import { expect, test } from "vitest";

import { inTurns } from "./steady-edits.ts";

test("[BE-6] devices edit in turns, each in its own order", () => {
  expect(inTurns([["a1", "a2"], ["b1"], ["c1", "c2"]])).toEqual([
    { device: 0, item: "a1" },
    { device: 1, item: "b1" },
    { device: 2, item: "c1" },
    { device: 0, item: "a2" },
    { device: 2, item: "c2" },
  ]);
});
