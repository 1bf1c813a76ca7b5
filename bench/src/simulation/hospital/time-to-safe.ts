/** How long after coming back each write was safe: durable on the server and, where it conflicts, in the review queue. */
import type { WholeHospital } from "./found-whole-hospital.ts";
import { admissions, conflictsAsked } from "./hospital-disks.ts";
import type { Writing } from "./work-apart.ts";

/** Milliseconds of simulated time. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface TimesToSafe {
  readonly critical: Spread;
  /** Until durable, of everything that was written. */
  readonly all: Spread;
  /** Writes that are not durable, or conflict and are not in the queue. */
  readonly unsafeCount: number;
}

export function timesToSafe(
  { world }: WholeHospital,
  writings: readonly Writing[],
  backAtMs: number,
): TimesToSafe {
  const { disk } = world.server.machine;
  const admittedAtMs = admissions(disk);
  const askedAtMs = conflictsAsked(disk);
  const safeAtMs = ({ hashes, recordId, isContested }: Writing) =>
    Math.max(
      ...hashes.map((hash) => admittedAtMs.get(hash) ?? Infinity),
      isContested ? (askedAtMs.get(recordId) ?? Infinity) : 0,
    );
  const saved = writings.filter(({ hashes }) => hashes.length > 0);
  const after = (some: readonly Writing[]) =>
    some.map((writing) => safeAtMs(writing) - backAtMs);
  return {
    critical: spreadOf(after(saved.filter(({ isCritical }) => isCritical))),
    all: spreadOf(after(saved)),
    unsafeCount: after(saved).filter((ms) => ms === Infinity).length,
  };
}

function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
