import { expect, test } from "vitest";

import { inRounds, ratioOf, type Contender, type Measured } from "./rounds.ts";

const untold = () => undefined;

/** Takes what it is told to in each round, and notes when its turn was. */
function contender(name: string, turns: string[], times: readonly number[]) {
  let round = 0;
  const limits: number[] = [];
  const own: Contender = {
    name,
    round: async (limitMs): Promise<Measured | "stopped"> => {
      turns.push(name);
      limits.push(limitMs);
      const value = times[round] ?? 0;
      round += 1;
      return value > limitMs ? "stopped" : { done: { value, unit: "ms" } };
    },
  };
  return { ...own, limits };
}

test("[BE-2] systems take turns, ours first in each round", async () => {
  const turns: string[] = [];
  await inRounds({
    ours: contender("ours", turns, [10, 10]),
    others: [contender("a", turns, [20, 20]), contender("b", turns, [30, 30])],
    rounds: 2,
    timedBy: "done",
    tell: untold,
  });
  expect(turns).toEqual(["ours", "a", "b", "ours", "a", "b"]);
});

test("[BE-3] a ratio is of medians of one run, above 1 where ours is better", async () => {
  const outcome = await inRounds({
    ours: contender("ours", [], [10, 50, 20]),
    others: [contender("a", [], [500, 40, 60])],
    rounds: 3,
    timedBy: "done",
    tell: untold,
  });
  expect(outcome.figures["ours: done"]).toMatchObject({
    median: 20,
    rounds: 3,
  });
  expect(ratioOf(outcome, "ours", "a", "done")).toBe(3);
  expect(ratioOf(outcome, "ours", "a", "done", "more")).toBeCloseTo(1 / 3);
  expect(ratioOf(outcome, "ours", "a", "other")).toBeUndefined();
  expect(ratioOf(outcome, "ours", "absent", "done")).toBeUndefined();
});

test("[BE-4] a peer that takes 60 times our time is stopped, told as such and not started again", async () => {
  const turns: string[] = [];
  const slow = contender("slow", turns, [60_001, 1]);
  const told: string[] = [];
  const outcome = await inRounds({
    ours: contender("ours", turns, [1_000, 1_000]),
    others: [slow, contender("a", turns, [59_999, 59_999])],
    rounds: 2,
    timedBy: "done",
    tell: (line) => told.push(line),
  });
  expect(slow.limits).toEqual([60_000]);
  expect(turns).toEqual(["ours", "slow", "a", "ours", "a"]);
  expect(ratioOf(outcome, "ours", "slow", "done")).toBe("> 60");
  expect(outcome.figures).not.toHaveProperty("slow: done");
  expect(told).toContain("round 1 of 2: slow was stopped");
});

test("[BE-1] a round that fails ends the run, with no figure of any system", async () => {
  const unequal: Contender = {
    name: "a",
    round: () => Promise.reject(new Error("device 3 holds something else")),
  };
  await expect(
    inRounds({
      ours: contender("ours", [], [10]),
      others: [unequal],
      rounds: 1,
      timedBy: "done",
      tell: untold,
    }),
  ).rejects.toThrow("device 3 holds something else");
});

test("[BE-15] a peer that could not be warmed is told as such and not started again", async () => {
  const turns: string[] = [];
  const cold: Contender = {
    name: "cold",
    round: async () => {
      turns.push("cold");
      return "not warmed";
    },
  };
  const told: string[] = [];
  const outcome = await inRounds({
    ours: contender("ours", turns, [10, 10]),
    others: [cold],
    rounds: 2,
    timedBy: "done",
    tell: (line) => told.push(line),
  });
  expect(turns).toEqual(["ours", "cold", "ours"]);
  expect(ratioOf(outcome, "ours", "cold", "done")).toBe("not warmed");
  expect(told).toContain("round 1 of 2: cold was not warmed");
});

test("[BE-15] ours has to be warm", async () => {
  await expect(
    inRounds({
      ours: { name: "ours", round: async () => "not warmed" },
      others: [],
      rounds: 1,
      timedBy: "done",
      tell: untold,
    }),
  ).rejects.toThrow("ours was not warmed");
});
