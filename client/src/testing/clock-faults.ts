/** What can be wrong with a clock, as plain data: `machine.clock.suffer(clockSkew({ aheadMs: -3 * yearMs }))`. */
import type { SeededRandom } from "./seeded-random.ts";

export type ClockFault =
  | { readonly name: "clockSkew"; readonly aheadMs: number }
  | { readonly name: "clockDrift"; readonly rate: number }
  | { readonly name: "clockJumps"; readonly byMs: number };

/** So far ahead of true time as long as it lasts; behind, if negative. */
export function clockSkew({
  aheadMs,
}: {
  readonly aheadMs: number;
}): ClockFault {
  return { name: "clockSkew", aheadMs };
}

/** It runs at this many times the speed of true time. What it has gained or lost stays when the fault ends. */
export function clockDrift({ rate }: { readonly rate: number }): ClockFault {
  return { name: "clockDrift", rate };
}

/** Somebody, or a time service, sets it: once, forward or back. */
export function clockJumps({ byMs }: { readonly byMs: number }): ClockFault {
  return { name: "clockJumps", byMs };
}

export const clockFaultNames = [
  "clockSkew",
  "clockDrift",
  "clockJumps",
] as const satisfies readonly ClockFault["name"][];

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;

export function randomClockFault(random: SeededRandom): ClockFault {
  const aheadOrBehind = random.pick([-1, 1]);
  switch (random.pick(clockFaultNames)) {
    case "clockSkew":
      return clockSkew({
        aheadMs: aheadOrBehind * random.between(1, 20 * yearMs),
      });
    case "clockDrift":
      return clockDrift({ rate: random.pick([0, 0.5, 0.999, 1.001, 2, 10]) });
    case "clockJumps":
      return clockJumps({
        byMs: aheadOrBehind * random.between(1, 48 * hourMs),
      });
  }
}
