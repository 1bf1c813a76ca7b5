/** What has to have happened in a simulation of many seeds: what nobody met proves nothing. SPEC WO-52. */

import {
  clockFaultNames,
  damageNames,
  diskFaultNames,
  networkFaultNames,
} from "@suture/client/testing";

/** As counted in tallies: every fault of the world, and what people should have met by then. */
const mustFire: readonly string[] = [
  ...[
    ...networkFaultNames,
    ...diskFaultNames,
    ...clockFaultNames,
    ...damageNames,
    "tokenExpires",
    "kill-device",
    "kill-server",
    "stop-server",
    "restore-device",
    "restore-server",
  ].map((name) => `fault:${name}`),
  "conflict",
  "refusal",
  "reopening",
];

/** Of fewer seeds it cannot be expected. */
const fromSeedCount = 1_000;

/** What should have happened in so many seeds, and has not. */
export function neverFired(
  counts: Readonly<Record<string, number>>,
  seedCount: number,
): readonly string[] {
  if (seedCount < fromSeedCount) return [];
  return mustFire.filter((name) => (counts[name] ?? 0) === 0);
}

/** By name, with a zero for what should have happened and has not. */
export function withZeros(
  counts: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = new Set([...mustFire, ...Object.keys(counts)]);
  return Object.fromEntries(
    [...names].toSorted().map((name) => [name, counts[name] ?? 0]),
  );
}
