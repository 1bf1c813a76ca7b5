/** Runs many seeds in several processes, and gives the account of it. SPEC WO-53, WO-55. */
import { SeedWorker } from "./seed-worker.ts";
import type { SeedFailure } from "./seed-task.ts";
import type { SimulationProgress } from "./simulation-progress.ts";

export interface SimulateOptions {
  readonly progress: SimulationProgress;
  readonly workerCount: number;
  /** Where progress is kept meanwhile. */
  readonly keepIn?: string;
  /** Whether to look for short prefixes of broken seeds. */
  readonly shrinks: boolean;
  /** Ends early, once so many seeds are broken. */
  readonly stopAtBroken?: number;
  /** Ends early as well, after the seeds that are running. */
  readonly isInterrupted: () => boolean;
  /** Told of each broken seed as it is found. */
  readonly onBroken: (failure: SeedFailure) => void;
  /** Told now and then. */
  readonly onProgress: (progress: SimulationProgress) => void;
}

const tellEveryMs = 10_000;
/** Of the first broken seeds a short prefix is sought; for more, that would take too long. */
const shrunkCount = 5;

export async function simulate(options: SimulateOptions): Promise<void> {
  const { progress, workerCount, keepIn, onBroken, onProgress } = options;
  const { stopAtBroken = Infinity } = options;
  const seeds = progress.waitingSeeds();
  let countedAtMs = performance.now();
  let toldAtMs = countedAtMs;
  const account = () => {
    const nowMs = performance.now();
    progress.spend(nowMs - countedAtMs);
    countedAtMs = nowMs;
  };
  const keep = () => {
    if (keepIn !== undefined) progress.keepIn(keepIn);
  };
  const workers = Array.from({ length: workerCount }, () => new SeedWorker());
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (const seed of seeds) {
          const answer = await worker.run({
            seed,
            stage: progress.plan.stage,
            shrinks: options.shrinks && progress.failures.length < shrunkCount,
          });
          progress.add(answer);
          account();
          if (answer.failure !== undefined) onBroken(answer.failure);
          if (progress.failures.length >= stopAtBroken) break;
          if (options.isInterrupted()) break;
          if (countedAtMs - toldAtMs < tellEveryMs) continue;
          toldAtMs = countedAtMs;
          keep();
          onProgress(progress);
        }
      }),
    );
  } finally {
    keep();
    await Promise.all(workers.map((worker) => worker.end()));
  }
}
