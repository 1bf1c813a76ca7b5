/**
 * `npm run simulate -- --seeds N --from S [--json] [--day] [--resume FILE] [--workers N] [--stop-at-broken N] [--no-shrink]`,
 * or `--replay SEED [--steps N]`.
 *
 * Says on stderr how it goes; with `--json` its last line on stdout is the report. Ends early once 50 seeds are broken, or N. Exit code 0 if every promise held and, over
 * enough seeds to expect it, everything that can happen did. SPEC WO-53.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { neverFired, withZeros } from "./must-fire.ts";
import { runSeed } from "./run-seed.ts";
import type { SeedFailure } from "./seed-task.ts";
import { simulate } from "./simulate.ts";
import {
  SimulationProgress,
  type SimulationPlan,
} from "./simulation-progress.ts";
import { stageNamed } from "./stage-named.ts";

const usage =
  "npm run simulate -- --seeds N --from S [--json] [--day] [--resume FILE] [--workers N] [--stop-at-broken N] [--no-shrink] | --replay SEED [--steps N]";

const options = readOptions();
const stage = options.day ? "day" : "ordinary";
process.exitCode =
  options.replay === undefined
    ? await runMany()
    : await replay(wholeNumber("replay", options.replay));

async function runMany(): Promise<number> {
  let isInterrupted = false;
  process.once("SIGINT", () => (isInterrupted = true));
  process.once("SIGTERM", () => (isInterrupted = true));
  const plan = {
    stage,
    from: wholeNumber("from", options.from),
    seeds: wholeNumber("seeds", options.seeds),
  } as const;
  const keepIn = options.resume;
  const progress = openProgress(plan, keepIn);
  await simulate({
    progress,
    workerCount: wholeNumber("workers", options.workers),
    ...(keepIn !== undefined && { keepIn }),
    stopAtBroken: wholeNumber("stop-at-broken", options["stop-at-broken"]),
    shrinks: !options["no-shrink"],
    isInterrupted: () => isInterrupted,
    onBroken: (failure) => console.error(failureInWords(failure)),
    onProgress: (now) => console.error(progressInWords(now)),
  });
  const unmet = neverFired(progress.counts, progress.doneCount);
  for (const name of unmet) console.error(`never happened: ${name}`);
  const report = {
    seeds: progress.doneCount,
    broken: progress.failures.length,
    seedsPerMinute: progress.seedsPerMinute,
    fired: withZeros(progress.counts),
    failures: progress.failures,
  };
  console.log(
    options.json ? JSON.stringify(report) : progressInWords(progress),
  );
  return report.broken === 0 && unmet.length === 0 ? 0 : 1;
}

async function replay(seed: number): Promise<number> {
  const { broken } = await runSeed(await stageNamed(stage), {
    seed,
    ...(options.steps !== undefined && {
      stopAfter: wholeNumber("steps", options.steps),
    }),
    tell: (line) => console.log(line),
  });
  console.log(
    broken === undefined
      ? "every promise held"
      : `${broken.promise} is broken: ${broken.words}`,
  );
  return broken === undefined ? 0 : 1;
}

function openProgress(
  plan: SimulationPlan,
  keptIn: string | undefined,
): SimulationProgress {
  if (keptIn === undefined) return SimulationProgress.begin(plan);
  try {
    return SimulationProgress.goOn(plan, keptIn);
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : cause);
    process.exit(2);
  }
}

function progressInWords(progress: SimulationProgress): string {
  const { doneCount, failures, seedsPerMinute, stepCount } = progress;
  return `${doneCount} seeds (${stepCount} steps), ${failures.length} broken, ${seedsPerMinute} seeds per minute`;
}

function failureInWords(failure: SeedFailure): string {
  const { seed, promise, words, atStep, shortestPrefix, lastSteps } = failure;
  const when = atStep === null ? "after healing" : `after step ${atStep}`;
  const day = options.day ? " --day" : "";
  return [
    `seed ${seed}: ${promise} is broken ${when}: ${words}`,
    `  the shortest prefix found that breaks it has ${shortestPrefix} steps, and ends so:`,
    ...lastSteps.map((line) => `  ${line}`),
    `  the whole of it: npm run simulate -- --replay ${seed} --steps ${shortestPrefix}${day}`,
  ].join("\n");
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        seeds: { type: "string", default: "100" },
        from: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
        day: { type: "boolean", default: false },
        resume: { type: "string" },
        replay: { type: "string" },
        steps: { type: "string" },
        workers: { type: "string", default: String(availableParallelism()) },
        "stop-at-broken": { type: "string", default: "50" },
        "no-shrink": { type: "boolean", default: false },
      },
    }).values;
  } catch {
    console.error(usage);
    process.exit(2);
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} takes a whole number`);
  process.exit(2);
}
