/**
 * Takes sync steps in threads of their own, so that a document that is slow, large or deadly costs the process nothing.
 *
 * Small records and large ones have a thread each: nobody waits behind a record of thousands of changes. A thread that does not
 * answer in time, ends, fails a step or has grown too large is replaced; the step it had is answered null, the next one is taken by
 * the next thread. Threads are started when they are first needed. SPEC PA-8.
 */
import type { SyncJob, Timer, Timers } from "@suture/schema";
import type { DocumentSync, TimedStep } from "./document-sync.ts";
import { startSyncThread } from "./start-sync-thread.ts";
import type { StartSyncThread, SyncThread } from "./start-sync-thread.ts";

export interface DocumentSyncLimits {
  /** From when a step is sent until it is begun: a new thread has to load first. */
  readonly maxStartMs: number;
  readonly maxStepMs: number;
  /** A thread that has grown beyond it is replaced: wasm memory never shrinks. */
  readonly maxExternalBytes: number;
  /** What a record may come to as a small one. */
  readonly maxSmallChanges: number;
  readonly maxSmallBytes: number;
}

export const defaultDocumentSyncLimits: DocumentSyncLimits = {
  maxStartMs: 30_000,
  maxStepMs: 5_000,
  maxExternalBytes: 256 * 1024 * 1024,
  maxSmallChanges: 300,
  maxSmallBytes: 256 * 1024,
};

export function createWorkerDocumentSync(deps: {
  readonly timers: Timers;
  readonly startThread?: StartSyncThread;
  readonly limits?: Partial<DocumentSyncLimits>;
}): DocumentSync {
  const limits = { ...defaultDocumentSyncLimits, ...deps.limits };
  const { timers, startThread = startSyncThread } = deps;
  const small = new StepLane(timers, limits, startThread);
  const large = new StepLane(timers, limits, startThread);
  return {
    step: (job) => (isSmall(job, limits) ? small : large).step(job),
    async close() {
      await Promise.all([small.close(), large.close()]);
    },
  };
}

function isSmall({ changes }: SyncJob, limits: DocumentSyncLimits): boolean {
  const byteLength = changes.reduce((sum, { length }) => sum + length, 0);
  return (
    changes.length <= limits.maxSmallChanges &&
    byteLength <= limits.maxSmallBytes
  );
}

interface QueuedStep {
  readonly job: SyncJob;
  readonly answer: (step: TimedStep | null) => void;
}

/** One thread and what waits for it. */
class StepLane {
  readonly #timers: Timers;
  readonly #limits: DocumentSyncLimits;
  readonly #startThread: StartSyncThread;
  readonly #queue: QueuedStep[] = [];
  #running: QueuedStep | null = null;
  #thread: SyncThread | null = null;
  #deadline: Timer | null = null;
  #isClosed = false;

  constructor(
    timers: Timers,
    limits: DocumentSyncLimits,
    startThread: StartSyncThread,
  ) {
    this.#timers = timers;
    this.#limits = limits;
    this.#startThread = startThread;
  }

  step(job: SyncJob): Promise<TimedStep | null> {
    if (this.#isClosed) return Promise.resolve(null);
    return new Promise((answer) => {
      this.#queue.push({ job, answer });
      this.#runNext();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const given = this.#running === null ? [] : [this.#running];
    given.push(...this.#queue.splice(0));
    this.#running = null;
    for (const { answer } of given) answer(null);
    await this.#endThread();
  }

  #runNext(): void {
    if (this.#running !== null) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#running = next;
    const thread = this.#thread ?? this.#start();
    this.#expect(thread, this.#limits.maxStartMs);
    thread.send(next.job);
  }

  #expect(thread: SyncThread, withinMs: number): void {
    this.#deadline?.cancel();
    this.#deadline = this.#timers.after(withinMs, () =>
      this.#finish(thread, null),
    );
  }

  #start(): SyncThread {
    const thread: SyncThread = this.#startThread({
      onBegin: () => {
        if (this.#thread === thread)
          this.#expect(thread, this.#limits.maxStepMs);
      },
      onReport: ({ step, externalBytes }) => {
        const hasGrown = externalBytes > this.#limits.maxExternalBytes;
        this.#finish(thread, step, hasGrown);
      },
      onEnd: () => this.#finish(thread, null),
    });
    this.#thread = thread;
    return thread;
  }

  /** After a step that failed nothing is known of the library's own state. */
  #finish(thread: SyncThread, step: TimedStep | null, hasGrown = false): void {
    if (this.#thread !== thread) return;
    const finished = this.#running;
    this.#running = null;
    this.#deadline?.cancel();
    if (step === null || hasGrown) void this.#endThread();
    finished?.answer(step);
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
