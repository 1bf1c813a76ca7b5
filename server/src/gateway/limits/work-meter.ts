import type { Stopwatch } from "./stopwatch.ts";

/**
 * Adds up the work that requests of one session cost: the pieces in which nobody else has a turn. What is waited for, the disk
 * or others' work, is not theirs.
 */
export class WorkMeter {
  readonly #stopwatch: Stopwatch;
  #ms = 0;

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch;
  }

  add(ms: number): void {
    this.#ms += ms;
  }

  during<T>(work: () => T): T {
    const startMs = this.#stopwatch.elapsedMs();
    try {
      return work();
    } finally {
      this.add(this.#stopwatch.elapsedMs() - startMs);
    }
  }

  /** For work inside one read or write of the store, which waits for nothing. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    const startMs = this.#stopwatch.elapsedMs();
    try {
      return await work();
    } finally {
      this.add(this.#stopwatch.elapsedMs() - startMs);
    }
  }

  /** What was added since it was last taken. */
  take(): number {
    const ms = this.#ms;
    this.#ms = 0;
    return ms;
  }
}
