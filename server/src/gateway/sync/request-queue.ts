/**
 * What one session has asked for: answered one after the other, in the order it came, at most so many and so much waiting. A task
 * may put itself, and with it all behind it, off for a time.
 *
 * A task that throws ends its session through `onFailed`; it never ends the queue's other users. SPEC SY-3, SY-5, LM-4.
 */
import type { Timer, Timers } from "@suture/schema";

export interface RequestQueueDeps {
  readonly timers: Timers;
  readonly maxCount: number;
  /** Of frames that are not decoded yet. */
  readonly maxBytes: number;
  onFailed(cause: unknown): void;
}

export class RequestQueue {
  readonly #deps: RequestQueueDeps;
  #count = 0;
  #bytes = 0;
  #tail: Promise<void> = Promise.resolve();
  #isClosed = false;
  #isHurried = false;
  #pause: { readonly timer: Timer; end(): void } | undefined;
  /** Resolved while the queue is paused. */
  #paused = signal();

  constructor(deps: RequestQueueDeps) {
    this.#deps = deps;
  }

  /** Whether one more of this size may wait. */
  hasRoomFor(byteCount: number): boolean {
    const { maxCount, maxBytes } = this.#deps;
    return this.#count < maxCount && this.#bytes + byteCount <= maxBytes;
  }

  /** `byteCount` is what the task holds until it begins. */
  add(task: () => Promise<void>, byteCount = 0): void {
    this.#count += 1;
    this.#bytes += byteCount;
    this.#tail = this.#tail.then(async () => {
      this.#bytes -= byteCount;
      try {
        if (!this.#isClosed) await task();
      } catch (cause) {
        this.#deps.onFailed(cause);
      } finally {
        this.#count -= 1;
      }
    });
  }

  /** To be called by a task: waits, and says whether to go on. If not, whatever the task was for is not done. */
  async pause(delayMs: number): Promise<boolean> {
    if (this.#isHurried || this.#isClosed) return false;
    await new Promise<void>((resolve) => {
      const timer = this.#deps.timers.after(delayMs, resolve);
      this.#pause = { timer, end: resolve };
      this.#paused.set();
    });
    this.#pause = undefined;
    this.#paused = signal();
    return !this.#isHurried && !this.#isClosed;
  }

  /** Resolves once everything added until now is done, or put off. */
  async settle(): Promise<void> {
    for (;;) {
      const tail = this.#tail;
      await Promise.race([tail, this.#paused.whenSet]);
      if (this.#pause !== undefined || tail === this.#tail) return;
    }
  }

  /** Nothing is put off any more: what was, and what would be, is not done. */
  hurry(): void {
    this.#isHurried = true;
    this.#endPause();
  }

  /** What has not begun never does. */
  close(): void {
    this.#isClosed = true;
    this.#endPause();
  }

  #endPause(): void {
    this.#pause?.timer.cancel();
    this.#pause?.end();
  }
}

function signal() {
  let set: () => void = () => undefined;
  const whenSet = new Promise<void>((resolve) => {
    set = resolve;
  });
  return { whenSet, set: () => set() };
}
