/**
 * Interleaved rounds: A B C A B C …, so that whatever else the machine does meets all systems alike. Ours is first in each round:
 * its time sets how long a peer may take. A peer that takes 60 times as long is stopped, and is not started again.
 */
import type { Figure, Unit } from "./benchmark.ts";
import { figureOf, quantile } from "./figure.ts";

/** Of our time; then a peer is stopped. */
export const stopAtTimes = 60;
/** Of rounds so fast that getting going would take a peer longer. */
const leastLimitMs = 30_000;

/** What one round measured. Every round of a system measures the same. */
export type Measured = Readonly<
  Record<string, { readonly value: number; readonly unit: Unit }>
>;

/** What has no figures: the timed part took too long, or what was to warm it did. */
export type Unfinished = "stopped" | typeof notWarmed;
export const notWarmed = "not warmed";

export interface Contender {
  readonly name: string;
  /**
   * Does the work once, from nothing to the end, and checks that everybody holds what they should. `limitMs` is how long the timed
   * part may take: "stopped" where it was over, with nothing left running.
   */
  round(limitMs: number): Promise<Measured | Unfinished>;
}

export interface Contest {
  readonly ours: Contender;
  readonly others: readonly Contender[];
  readonly rounds: number;
  /** The measure that says how long the timed part took, in milliseconds. */
  readonly timedBy: string;
  readonly tell: (line: string) => void;
}

export interface Outcome {
  /** By `SYSTEM: MEASURE`. */
  readonly figures: Readonly<Record<string, Figure>>;
  readonly unfinished: ReadonlyMap<string, Unfinished>;
}

export async function inRounds(contest: Contest): Promise<Outcome> {
  const { ours, others, rounds, timedBy, tell } = contest;
  const valuesByKey = new Map<string, { values: number[]; unit: Unit }>();
  const ourTimes: number[] = [];
  const unfinished = new Map<string, Unfinished>();
  for (let round = 1; round <= rounds; round += 1)
    for (const contender of [ours, ...others]) {
      const { name } = contender;
      if (unfinished.has(name)) continue;
      const measured = await contender.round(
        contender === ours ? Number.POSITIVE_INFINITY : limitMsAt(ourTimes),
      );
      if (typeof measured === "string") {
        if (contender === ours) throw new Error(`ours was ${measured}`);
        unfinished.set(name, measured);
        tell(`round ${round} of ${rounds}: ${name} was ${measured}`);
        continue;
      }
      const timed = measured[timedBy];
      if (timed?.unit !== "ms") throw new Error(`${name} has no ${timedBy}`);
      if (contender === ours) ourTimes.push(timed.value);
      for (const [measure, { value, unit }] of Object.entries(measured)) {
        const key = `${name}: ${measure}`;
        const known = valuesByKey.get(key) ?? { values: [], unit };
        known.values.push(value);
        valuesByKey.set(key, known);
      }
      tell(
        `round ${round} of ${rounds}: ${name} ${timedBy} after ${timed.value.toFixed(0)} ms`,
      );
    }
  const figures = [...valuesByKey].map(
    ([key, { values, unit }]) => [key, figureOf(values, unit)] as const,
  );
  return { figures: Object.fromEntries(figures), unfinished };
}

/**
 * Ours against theirs, by measure: how many times as much of it they have, or with "more is better" we. "> 60" for one that was
 * stopped, or that it was not warmed; nothing for one that was not run, or has no such measure.
 */
export function ratioOf(
  { figures, unfinished }: Outcome,
  ours: string,
  theirs: string,
  measure: string,
  better: "less" | "more" = "less",
): number | string | undefined {
  const end = unfinished.get(theirs);
  if (end !== undefined) return end === "stopped" ? `> ${stopAtTimes}` : end;
  const our = figures[`${ours}: ${measure}`];
  const their = figures[`${theirs}: ${measure}`];
  if (our === undefined || their === undefined) return undefined;
  return better === "less"
    ? their.median / our.median
    : our.median / their.median;
}

function limitMsAt(ourTimes: readonly number[]): number {
  const median = quantile(
    ourTimes.toSorted((a, b) => a - b),
    0.5,
  );
  return Math.max(leastLimitMs, median * stopAtTimes);
}
