import type { Benchmark } from "./benchmark.ts";
import { storm } from "./benchmarks/storm.ts";
import { timeToSafe } from "./benchmarks/time-to-safe.ts";

/** In the order in which `all` runs them. */
export const benchmarks: readonly Benchmark[] = [storm, timeToSafe];
