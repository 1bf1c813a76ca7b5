import type { Benchmark } from "./benchmark.ts";
import { admit } from "./benchmarks/admit.ts";
import { growth } from "./benchmarks/growth.ts";
import { hold } from "./benchmarks/hold.ts";
import { idleReturn } from "./benchmarks/idle-return.ts";
import { latency } from "./benchmarks/latency.ts";
import { local } from "./benchmarks/local.ts";
import { newDevice } from "./benchmarks/new-device.ts";
import { storm } from "./benchmarks/storm.ts";
import { timeToSafe } from "./benchmarks/time-to-safe.ts";
import { weekAway } from "./benchmarks/week-away.ts";

/** In the order in which `all` runs them. */
export const benchmarks: readonly Benchmark[] = [
  storm,
  timeToSafe,
  idleReturn,
  weekAway,
  newDevice,
  latency,
  admit,
  hold,
  local,
  growth,
];
