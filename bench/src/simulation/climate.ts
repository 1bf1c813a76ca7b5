/**
 * What a run is like: how much goes wrong in it, and what. Runs differ, because what only shows where nothing else goes wrong,
 * or where one kind of thing goes wrong all the time, is not met where everything happens a little. SPEC WO-52.
 */
import type { SeededRandom } from "@suture/client/testing";

import type { MishapKind } from "./faults/fault-steps.ts";

export interface Climate {
  /** Of the steps, those that are no person's. */
  readonly faultShare: number;
  readonly kinds: readonly MishapKind[];
  readonly tempo: Tempo;
}

export type Tempo = keyof typeof pausesByTempo;

/** Milliseconds, from and to; one of them is picked after each step. */
const pausesByTempo = {
  /** While frames of the last step are still on their way. */
  hectic: [
    [0, 30],
    [0, 120],
    [0, 2_000],
  ],
  ordinary: [
    [0, 100],
    [100, 3_000],
    [100, 3_000],
    [3_000, 60_000],
  ],
  slow: [
    [1_000, 20_000],
    [60_000, 600_000],
  ],
} satisfies Record<string, readonly (readonly [number, number])[]>;

/** In how many of the runs it may happen. */
const kindShares: readonly (readonly [MishapKind, number])[] = [
  ["network", 0.7],
  ["device power", 0.4],
  ["server power", 0.4],
  ["device disk", 0.3],
  ["server disk", 0.3],
  ["clock", 0.3],
  ["tokens", 0.15],
];
/** At most one of these: what was on both a device and the server and is on neither any more nobody can bring back. */
const backupShares = {
  none: 6,
  "server backup": 3,
  "device backup": 1,
  "device damage": 1,
};

export function drawClimate(random: SeededRandom): Climate {
  const kinds = kindShares.flatMap(([kind, share]) =>
    random.happens(share) ? [kind] : [],
  );
  const backup = random.weighted(backupShares);
  if (backup !== "none") kinds.push(backup);
  return {
    faultShare: kinds.length === 0 ? 0 : random.pick([0.1, 0.25, 0.5]),
    kinds,
    tempo: random.weighted({ hectic: 4, ordinary: 5, slow: 1 }),
  };
}

export function drawPauseMs(tempo: Tempo, random: SeededRandom): number {
  const [fromMs, toMs] = random.pick<readonly [number, number]>(
    pausesByTempo[tempo],
  );
  return random.between(fromMs, toMs);
}
