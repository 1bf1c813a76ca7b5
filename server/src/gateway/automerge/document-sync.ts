/**
 * Who takes the steps of Automerge's sync: where they are asked for, or in threads. SPEC PA-8.
 *
 * Whatever a step does to the library (panic, loop, fill the memory), it is answered, and the next one finds a runner as good as
 * new. Nothing of a step is kept but its answer.
 */
import { syncDocument, type SyncJob, type SyncStep } from "@suture/schema";

export interface DocumentSync {
  /** Null where the step is not to be had. Never rejects. */
  step(job: SyncJob): Promise<TimedStep | null>;
  /** What is not answered by then is answered null, as is everything after it. Idempotent. */
  close(): Promise<void>;
}

export interface TimedStep extends SyncStep {
  /** What it cost: time in which its thread did nothing else. */
  readonly workMs: number;
}

/** Takes a step in the thread that this is called in. */
export function stepTimed(
  job: SyncJob,
  elapsedMs: () => number,
): TimedStep | null {
  const startMs = elapsedMs();
  try {
    return { ...syncDocument(job), workMs: elapsedMs() - startMs };
  } catch {
    // Automerge throws and panics; which of the two is all the same to whoever asked.
    return null;
  }
}

/** At once, without limits on time and memory: the same answers at every run. For tests and tools. */
export function createInlineDocumentSync(
  elapsedMs: () => number = () => 0,
): DocumentSync {
  let isClosed = false;
  return {
    step: async (job) => (isClosed ? null : stepTimed(job, elapsedMs)),
    async close() {
      isClosed = true;
    },
  };
}
