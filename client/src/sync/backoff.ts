import type { Random } from "@suture/schema";

/**
 * How long to wait before the next attempt: exponential with full jitter, so that a whole hospital that lost its line does not
 * come back in step. Reset when a write is acknowledged or a catch-up completes, not when a socket merely opens. SPEC SY-20.
 */
export interface Backoff {
  /** Milliseconds, anywhere from 0 to the current ceiling; each call doubles the ceiling. */
  next(): number;
  reset(): void;
}

export const firstCeilingMs = 1_000;
export const lastCeilingMs = 60_000;

export function createBackoff(random: Random): Backoff {
  let ceilingMs = firstCeilingMs;
  return {
    next() {
      const delayMs = Math.floor(fraction(random) * ceilingMs);
      ceilingMs = Math.min(lastCeilingMs, ceilingMs * 2);
      return delayMs;
    },
    reset() {
      ceilingMs = firstCeilingMs;
    },
  };
}

/** 0 to just under 1, from 32 random bits. */
function fraction(random: Random): number {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32;
}
