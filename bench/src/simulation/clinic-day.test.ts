import { expect, test } from "vitest";

import { clinicDay } from "./clinic-day.ts";
import { mostSteps } from "./ordinary-run.ts";
import { runSeed } from "./run-seed.ts";

const workingMs = 10 * 3_600_000;

test("[WO-58] a whole day of work keeps every promise, with more steps than an ordinary run has", async () => {
  const stage = await clinicDay();
  let passedMs = 0;
  const { stepCount, broken } = await runSeed(
    {
      async begin(seed) {
        const play = await stage.begin(seed);
        const { time } = play.run.world;
        const beganAtMs = time.nowMs;
        return {
          ...play,
          nextStep() {
            passedMs = time.nowMs - beganAtMs;
            return play.nextStep();
          },
        };
      },
    },
    { seed: 4 },
  );
  expect(broken).toBeUndefined();
  expect(stepCount).toBeGreaterThan(mostSteps);
  // The last step begins within the day; a long pause may lie before its end.
  expect(passedMs).toBeGreaterThan(workingMs - 3_600_000);
  expect(passedMs).toBeLessThan(workingMs);
}, 600_000);
