/**
 * The contract of whoever tries changes on a scratch copy of their record. SPEC AD-22.
 *
 * Whatever a change does to the library (panic, loop, fill the memory), every call is answered, and the next one finds a runner
 * as good as new. Nothing of a trial is kept.
 */
import type { TrialJob, TrialVerdict } from "@suture/schema";

export interface DocumentTrial {
  /** One list of verdicts per job, in order; one verdict per change. Jobs know nothing of each other. Never rejects. */
  try(jobs: readonly TrialJob[]): Promise<readonly (readonly TrialVerdict[])[]>;
  /** Ends what is under way: what was not answered by then is `untried`, as is everything after it. Idempotent. */
  close(): Promise<void>;
}

/** Nothing is known of any of its changes. */
export function untried({ changes }: TrialJob): readonly TrialVerdict[] {
  return changes.map(() => "untried");
}
