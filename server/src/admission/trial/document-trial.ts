/**
 * The contract of whoever tries changes on a scratch copy of their record. SPEC AD-22.
 *
 * Whatever a change does to the library (panic, loop, fill the memory), every call is answered, and the next one finds a runner
 * as good as new. Nothing of a trial is kept.
 */
import { tryChanges, type TrialJob, type TrialVerdict } from "@suture/schema";

export interface TrialResult {
  /** One per change, in order. */
  readonly verdicts: readonly TrialVerdict[];
  /** What it cost: time in which its thread did nothing else. A change on which the thread failed costs the longest trial. */
  readonly workMs: number;
}

export interface DocumentTrial {
  /** One result per job, in order. Jobs know nothing of each other. Never rejects. */
  try(jobs: readonly TrialJob[]): Promise<readonly TrialResult[]>;
  /** Ends what is under way: what was not answered by then is `untried`, as is everything after it. Idempotent. */
  close(): Promise<void>;
}

/** Nothing is known of any of its changes. */
export function untried({ changes }: TrialJob): TrialResult {
  return { verdicts: changes.map(() => "untried"), workMs: 0 };
}

/** Tries a job in the thread that this is called in. */
export function tryTimed(job: TrialJob, elapsedMs: () => number): TrialResult {
  const startMs = elapsedMs();
  const verdicts = tryChanges(job);
  return { verdicts, workMs: elapsedMs() - startMs };
}
