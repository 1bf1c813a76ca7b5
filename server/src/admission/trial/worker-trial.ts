/**
 * Tries changes in threads of their own, so that a document that is slow, large or deadly costs nobody else anything.
 *
 * Small jobs and large ones have a thread each: whoever edits an ordinary text never waits behind a record of thousands of
 * changes. Small jobs that wait share a message. A thread that does not answer in time, ends, panics or has grown too large is
 * replaced; what it had been given is then tried job by job, and a change that fails alone, twice, is unsound. Where a thread did
 * not even begin, the change is not to blame, and stays untried. SPEC AD-22.
 */
import type { Timer, Timers, TrialJob } from "@suture/schema";
import {
  untried,
  type DocumentTrial,
  type TrialResult,
} from "./document-trial.ts";
import { startTrialThread } from "./start-trial-thread.ts";
import type { StartTrialThread, TrialThread } from "./start-trial-thread.ts";

export interface TrialLimits {
  /** From when a message is sent until it is begun: a new thread has to load first. */
  readonly maxStartMs: number;
  /** From when a thread is ready until it has answered one message. */
  readonly maxTrialMs: number;
  /** A thread that has grown beyond it is replaced: wasm memory never shrinks. */
  readonly maxExternalBytes: number;
  readonly maxJobsPerMessage: number;
  /** What a record and its changes may come to as a small job. */
  readonly maxSmallChanges: number;
  readonly maxSmallBytes: number;
}

export const defaultTrialLimits: TrialLimits = {
  maxStartMs: 30_000,
  maxTrialMs: 5_000,
  maxExternalBytes: 256 * 1024 * 1024,
  maxJobsPerMessage: 16,
  maxSmallChanges: 300,
  maxSmallBytes: 256 * 1024,
};

export interface WorkerTrialDeps {
  readonly timers: Timers;
  readonly startThread?: StartTrialThread;
  readonly limits?: Partial<TrialLimits>;
}

export function createWorkerTrial(deps: WorkerTrialDeps): DocumentTrial {
  const limits = { ...defaultTrialLimits, ...deps.limits };
  const { timers, startThread = startTrialThread } = deps;
  const small = new TrialLane(timers, limits, startThread);
  const large = new TrialLane(timers, limits, startThread);
  return {
    try: (jobs) =>
      Promise.all(
        jobs.map((job) => (isSmall(job, limits) ? small : large).try(job)),
      ),
    async close() {
      await Promise.all([small.close(), large.close()]);
    },
  };
}

function isSmall({ accepted, changes }: TrialJob, limits: TrialLimits) {
  const all = [...accepted, ...changes];
  const byteLength = all.reduce((sum, { length }) => sum + length, 0);
  return (
    all.length <= limits.maxSmallChanges && byteLength <= limits.maxSmallBytes
  );
}

interface QueuedJob {
  readonly job: TrialJob;
  /** How often a thread failed on it. */
  readonly failures: number;
  readonly answer: (result: TrialResult) => void;
}

/** One thread and what waits for it. */
class TrialLane {
  readonly #timers: Timers;
  readonly #limits: TrialLimits;
  readonly #startThread: StartTrialThread;
  #queue: readonly QueuedJob[] = [];
  #running: readonly QueuedJob[] = [];
  #thread: TrialThread | null = null;
  #deadline: Timer | null = null;
  #hasBegun = false;
  #isClosed = false;

  constructor(
    timers: Timers,
    limits: TrialLimits,
    startThread: StartTrialThread,
  ) {
    this.#timers = timers;
    this.#limits = limits;
    this.#startThread = startThread;
  }

  try(job: TrialJob): Promise<TrialResult> {
    if (this.#isClosed) return Promise.resolve(untried(job));
    return new Promise((answer) => {
      this.#queue = [...this.#queue, { job, failures: 0, answer }];
      this.#runNext();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const given = [...this.#running, ...this.#queue];
    [this.#running, this.#queue] = [[], []];
    for (const { job, answer } of given) answer(untried(job));
    await this.#endThread();
  }

  #runNext(): void {
    const [first] = this.#queue;
    if (this.#running.length > 0 || first === undefined) return;
    const isAlone = ({ failures }: QueuedJob) => failures > 0;
    const until = this.#queue.findIndex(isAlone);
    const count = isAlone(first)
      ? 1
      : Math.min(
          until === -1 ? this.#queue.length : until,
          this.#limits.maxJobsPerMessage,
        );
    this.#running = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    const thread = this.#thread ?? this.#start();
    this.#hasBegun = false;
    this.#expect(thread, this.#limits.maxStartMs);
    thread.send(this.#running.map(({ job }) => job));
  }

  #expect(thread: TrialThread, withinMs: number): void {
    this.#deadline?.cancel();
    this.#deadline = this.#timers.after(withinMs, () => this.#fail(thread));
  }

  #start(): TrialThread {
    const thread: TrialThread = this.#startThread({
      onBegin: () => {
        if (this.#thread !== thread) return;
        this.#hasBegun = true;
        this.#expect(thread, this.#limits.maxTrialMs);
      },
      onReport: ({ results, externalBytes }) => {
        if (this.#thread !== thread) return;
        const answered = this.#running;
        this.#running = [];
        this.#deadline?.cancel();
        // After a panic nothing is known of the library's own state.
        const hasPanicked = results.some(({ verdicts }) =>
          verdicts.includes("unsound"),
        );
        if (hasPanicked || externalBytes > this.#limits.maxExternalBytes)
          void this.#endThread();
        for (const [position, { job, answer }] of answered.entries())
          answer(results[position] ?? untried(job));
        this.#runNext();
      },
      onEnd: () => this.#fail(thread),
    });
    this.#thread = thread;
    return thread;
  }

  /** What it had been given is tried again alone; a change that failed alone already is the cause. */
  #fail(thread: TrialThread): void {
    if (this.#thread !== thread) return;
    const failed = this.#running;
    this.#running = [];
    void this.#endThread();
    const again: QueuedJob[] = [];
    for (const { job, failures, answer } of failed) {
      const [first, ...rest] = job.changes;
      if (first === undefined || !this.#hasBegun) answer(untried(job));
      else if (failures > 0)
        answer({
          verdicts: ["unsound", ...rest.map(() => "untried" as const)],
          workMs: (failures + 1) * this.#limits.maxTrialMs,
        });
      else again.push({ ...firstAlone(job, answer), failures: 1 });
    }
    this.#queue = [...again, ...this.#queue];
    this.#runNext();
  }

  async #endThread(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    this.#deadline?.cancel();
    this.#deadline = null;
    await thread?.end();
  }
}

/** Of the changes after the first, nothing is said. */
function firstAlone(
  { accepted, changes }: TrialJob,
  answer: QueuedJob["answer"],
): Pick<QueuedJob, "job" | "answer"> {
  const job = { accepted, changes: changes.slice(0, 1) };
  const rest = changes.slice(1).map(() => "untried" as const);
  return {
    job,
    answer: ({ verdicts, workMs }) =>
      answer({ verdicts: [...verdicts, ...rest], workMs }),
  };
}
