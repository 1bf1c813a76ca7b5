import { expect, test, vi } from "vitest";

import { ordinaryRun } from "./ordinary-run.ts";
import type { Promises } from "./run.ts";
import { runSeed } from "./run-seed.ts";
import { shrinkPrefix } from "./shrink-prefix.ts";
import type { Stage } from "./stage.ts";

const stage = await ordinaryRun();
const seed = 7;

// A machine may be busy: a run takes a second or two of it.
vi.setConfig({ testTimeout: 120_000 });

/** Its plays as they are, watched over by somebody else. */
function watchedBy(watch: (play: { takenCount(): number }) => Promises): Stage {
  return {
    async begin(of) {
      const play = await stage.begin(of);
      let taken = 0;
      return {
        ...play,
        nextStep() {
          taken += 1;
          return play.nextStep();
        },
        promises: watch({ takenCount: () => taken }),
      };
    },
  };
}

const holds = async () => undefined;

test("[WO-50] a seed tells the same story every time, to the letter, and counts the same", async () => {
  const first = await runSeed(stage, { seed });
  const told: string[] = [];
  await runSeed(stage, { seed: seed + 1 });
  const again = await runSeed(stage, { seed, tell: (line) => told.push(line) });
  expect(again).toEqual(first);
  expect(told).toEqual(first.story);
  expect(first.broken).toBeUndefined();
});

test("[WO-50] a run that is stopped early takes the first steps of the whole one, and heals then", async () => {
  const whole = await runSeed(stage, { seed });
  const stopped = await runSeed(stage, { seed, stopAfter: 4 });
  expect(stopped.stepCount).toBe(4);
  expect(stopped.story.slice(0, 4)).toEqual(whole.story.slice(0, 4));
  expect(stopped.story.slice(4)).toEqual([
    expect.stringContaining("all faults end"),
    expect.stringContaining("everything has settled"),
  ]);
  expect(stopped.broken).toBeUndefined();
});

test("[WO-51] what is thrown in a run is a broken promise, with the step that it was", async () => {
  const failing = watchedBy(({ takenCount }) => ({
    afterStep: async () => {
      if (takenCount() === 3) throw new Error("a bug", { cause: "of this" });
      return undefined;
    },
    afterHealing: holds,
  }));
  const { broken, stepCount } = await runSeed(failing, { seed });
  expect(stepCount).toBe(3);
  expect(broken?.atStep).toBe(3);
  expect(broken?.words).toContain("a bug");
  expect(broken?.words).toContain("because of of this");
});

test("[WO-54] the shortest prefix of a broken seed breaks the same promise when it is run alone", async () => {
  const brokenFrom5 = watchedBy(({ takenCount }) => ({
    afterStep: holds,
    afterHealing: async () =>
      takenCount() >= 5 ? { promise: "PM-0", words: "gone" } : undefined,
  }));
  const run = (stopAfter?: number) =>
    runSeed(brokenFrom5, {
      seed,
      ...(stopAfter !== undefined && { stopAfter }),
    });
  const shortest = await shrinkPrefix(await run(), run);
  expect(shortest.stepCount).toBe(5);
  expect((await run(5)).broken).toEqual(shortest.broken);
  expect(shortest.broken).toEqual({
    promise: "PM-0",
    words: "gone",
    atStep: undefined,
  });
});
