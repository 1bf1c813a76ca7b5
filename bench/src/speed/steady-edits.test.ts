import { expect, test } from "vitest";

import { inTurns, SteadyEdits } from "./steady-edits.ts";

test("[BE-6] devices edit in turns, each in its own order", () => {
  expect(inTurns([["a1", "a2"], ["b1"], ["c1", "c2"]])).toEqual([
    { device: 0, item: "a1" },
    { device: 1, item: "b1" },
    { device: 2, item: "c1" },
    { device: 0, item: "a2" },
    { device: 2, item: "c2" },
  ]);
});

test("[BE-13] edits that warm a system go a few at a time and are not counted; those after them wait for nothing", async () => {
  const edits = new SteadyEdits(100, 2, 1_000_000);
  let [onTheirWay, mostWhileWarming, mostAfter] = [0, 0, 0];
  const measured = await edits.run((number, noteName) => {
    noteName(String(number));
    onTheirWay += 1;
    if (number < 70) mostWhileWarming = Math.max(mostWhileWarming, onTheirWay);
    else mostAfter = Math.max(mostAfter, onTheirWay);
    setImmediate(() => {
      onTheirWay -= 1;
      edits.arrived(String(number));
      edits.arrived(String(number));
    });
  });
  expect(mostWhileWarming).toBe(8);
  expect(mostAfter).toBeGreaterThan(8);
  expect(Object.keys(measured)).toHaveLength(2);
});
