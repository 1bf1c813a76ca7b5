/**
 * What one session has asked for: answered one after the other, in the order it came, at most so many and so much waiting.
 *
 * A task that throws ends its session through `onFailed`; it never ends the queue's other users. SPEC SY-3, SY-5.
 */
export interface RequestQueueDeps {
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

  /** Resolves once everything added until now is done. */
  async settle(): Promise<void> {
    let tail;
    do {
      tail = this.#tail;
      await tail;
    } while (tail !== this.#tail);
  }

  /** What has not begun never does. */
  close(): void {
    this.#isClosed = true;
  }
}
