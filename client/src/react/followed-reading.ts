/**
 * What has to be read from the device's store, read again after everything that may have changed it. One reading at a time, and one
 * more if something changed meanwhile, so that a long catch-up costs no more than the store can answer. SPEC RE-3, RE-5.
 */
export interface Reading<T> {
  /** Null while it is not known: not read yet, or the store could not be read. Never what was true before. */
  readonly value: T | null;
  /** Whether there has been no answer yet. */
  readonly isLoading: boolean;
  /** The store could not be read the last time; the next change of anything tries again. */
  readonly hasFailed: boolean;
}

export interface ReadingSource<T> {
  read(): Promise<T>;
  /** Calls after what is read may have changed. Gives back how to stop. */
  watch(listener: () => void): () => void;
  isSame(before: T, now: T): boolean;
}

const loading = { value: null, isLoading: true, hasFailed: false } as const;

export class FollowedReading<T> {
  readonly #source: ReadingSource<T>;
  readonly #listeners = new Set<() => void>();
  #reading: Reading<T> = loading;
  #stop: (() => void) | undefined;
  #isReading = false;
  #isWanted = false;

  constructor(source: ReadingSource<T>) {
    this.#source = source;
  }

  readonly get = (): Reading<T> => this.#reading;

  /** Reads for as long as somebody listens. */
  readonly subscribe = (listener: () => void): (() => void) => {
    // One per call, so that the same function may listen twice.
    const own = () => listener();
    this.#listeners.add(own);
    this.#stop ??= this.#source.watch(() => void this.#readSoon());
    void this.#readSoon();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
      // Whoever listens next is not shown what was true when somebody last did.
      this.#reading = loading;
    };
  };

  async #readSoon(): Promise<void> {
    this.#isWanted = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isWanted && this.#stop !== undefined) {
      this.#isWanted = false;
      const read = await this.#read();
      if (this.#stop !== undefined) this.#show(read);
    }
    this.#isReading = false;
  }

  async #read(): Promise<Reading<T>> {
    try {
      const value = await this.#source.read();
      return { value, isLoading: false, hasFailed: false };
    } catch {
      // Said in words by whoever shows this; the store's own error is the SDK's to report.
      return { value: null, isLoading: false, hasFailed: true };
    }
  }

  #show(now: Reading<T>): void {
    const before = this.#reading;
    const isSame =
      before.hasFailed === now.hasFailed &&
      before.isLoading === now.isLoading &&
      (before.value === null || now.value === null
        ? before.value === now.value
        : this.#source.isSame(before.value, now.value));
    if (isSame) return;
    this.#reading = now;
    for (const listener of [...this.#listeners]) listener();
  }
}
