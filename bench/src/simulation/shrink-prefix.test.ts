import { expect, test } from "vitest";

import type { SeedReport } from "./run-seed.ts";
import { shrinkPrefix } from "./shrink-prefix.ts";

function reportOf(stepCount: number, isBroken: boolean): SeedReport {
  return {
    seed: 1,
    stepCount,
    broken: isBroken
      ? { promise: "PM-1", words: "gone", atStep: undefined }
      : undefined,
    counts: {},
    story: [],
  };
}

async function shortestOf(
  stepCount: number,
  breaks: (steps: number) => boolean,
) {
  const tried: number[] = [];
  const shortest = await shrinkPrefix(
    reportOf(stepCount, true),
    async (steps) => {
      tried.push(steps);
      return reportOf(steps, breaks(steps));
    },
  );
  return { stepCount: shortest.stepCount, tried };
}

test("[WO-54] the fewest steps that break a promise are found where more of them break it as well", async () => {
  for (const fewest of [0, 1, 7, 64, 199, 200]) {
    const { stepCount, tried } = await shortestOf(
      200,
      (steps) => steps >= fewest,
    );
    expect(stepCount).toBe(fewest);
    expect(tried.length).toBeLessThan(16);
  }
});

test("[WO-54] where a few steps more heal what fewer had broken, what lies just below is tried as well", async () => {
  const { stepCount } = await shortestOf(
    100,
    (steps) => steps >= 60 || steps === 56 || steps === 53,
  );
  expect(stepCount).toBe(53);
});

test("[WO-54] a seed that nothing shorter breaks is reported whole", async () => {
  const { stepCount } = await shortestOf(31, () => false);
  expect(stepCount).toBe(31);
});
