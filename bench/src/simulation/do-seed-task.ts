import { runSeed, type SeedReport } from "./run-seed.ts";
import type { SeedAnswer, SeedFailure, SeedTask } from "./seed-task.ts";
import { shrinkPrefix } from "./shrink-prefix.ts";
import { stageNamed } from "./stage-named.ts";

const lastStepCount = 12;

/** Runs a seed, and where it is broken looks for its shortest failing prefix. */
export async function doSeedTask({
  seed,
  stage: stageName,
  shrinks,
}: SeedTask): Promise<SeedAnswer> {
  const stage = await stageNamed(stageName);
  const report = await runSeed(stage, { seed });
  const { counts, stepCount } = report;
  if (report.broken === undefined)
    return { seed, counts, stepCount, failure: undefined };
  const shortest = shrinks
    ? await shrinkPrefix(report, (stopAfter) =>
        runSeed(stage, { seed, stopAfter }),
      )
    : report;
  return { seed, counts, stepCount, failure: failureOf(shortest) };
}

function failureOf({
  seed,
  stepCount,
  broken,
  story,
}: SeedReport): SeedFailure | undefined {
  return (
    broken && {
      seed,
      promise: broken.promise,
      words: broken.words,
      atStep: broken.atStep ?? null,
      shortestPrefix: stepCount,
      lastSteps: story.slice(-lastStepCount),
    }
  );
}
