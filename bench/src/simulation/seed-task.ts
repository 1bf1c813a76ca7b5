/** What is asked of a process that runs seeds, and what it answers. */
import type { SeedReport } from "./run-seed.ts";
import type { StageName } from "./stage.ts";

export interface SeedTask {
  readonly seed: number;
  readonly stage: StageName;
  /** Whether to look for a shorter prefix where the seed is broken: that takes many runs. */
  readonly shrinks: boolean;
}

export interface SeedAnswer {
  readonly seed: number;
  readonly counts: SeedReport["counts"];
  readonly stepCount: number;
  readonly failure: SeedFailure | undefined;
}

export interface SeedFailure {
  readonly seed: number;
  /** `PM-5`. */
  readonly promise: string;
  readonly words: string;
  /** After which step it was noticed; null if after healing. */
  readonly atStep: number | null;
  /** The fewest first steps that were found to break a promise. */
  readonly shortestPrefix: number;
  /** The end of that prefix, in words. */
  readonly lastSteps: readonly string[];
}
