import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

import type { SeedAnswer } from "./seed-task.ts";
import { SimulationProgress } from "./simulation-progress.ts";

const directory = mkdtempSync(join(tmpdir(), "suture-progress-"));
afterAll(() => rmSync(directory, { recursive: true }));

const plan = { stage: "ordinary", from: 10, seeds: 6 } as const;

function answerOf(seed: number, promise?: string): SeedAnswer {
  return {
    seed,
    stepCount: 20,
    counts: { conflict: 2, [`of ${seed}`]: 1 },
    failure:
      promise === undefined
        ? undefined
        : {
            seed,
            promise,
            words: "gone",
            atStep: null,
            shortestPrefix: 3,
            lastSteps: ["1  Ada writes"],
          },
  };
}

test("[WO-55] a simulation goes on where it was: seeds that ended are not run again, those that had not are", () => {
  const path = join(directory, "kept.json");
  const before = SimulationProgress.goOn(plan, path);
  const given = before.waitingSeeds();
  expect([1, 2, 3, 4].map(() => given.next().value)).toEqual([10, 11, 12, 13]);
  before.add(answerOf(10));
  before.add(answerOf(13, "PM-4"));
  before.spend(3_000);
  before.keepIn(path);

  const after = SimulationProgress.goOn(plan, path);
  expect([...after.waitingSeeds()]).toEqual([11, 12, 14, 15]);
  for (const seed of [15, 12, 14, 11]) after.add(answerOf(seed));
  after.spend(3_000);
  expect([...after.waitingSeeds()]).toEqual([]);
  expect(after.doneCount).toBe(6);
  expect(after.stepCount).toBe(120);
  expect(after.seedsPerMinute).toBe(60);
  expect(after.counts).toMatchObject({ conflict: 12, "of 10": 1, "of 15": 1 });
  expect(after.failures).toEqual([answerOf(13, "PM-4").failure]);
  expect(readdirSync(directory)).toEqual(["kept.json"]);
});

test("[WO-55] the progress of another simulation is not gone on with", () => {
  const path = join(directory, "other.json");
  SimulationProgress.begin(plan).keepIn(path);
  expect(() => SimulationProgress.goOn({ ...plan, from: 11 }, path)).toThrow(
    "another simulation",
  );
});
