import type { Benchmark } from "./benchmark.ts";

/** In the order in which `all` runs them. */
export const benchmarks: readonly Benchmark[] = [];
