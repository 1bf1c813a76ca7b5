/** Runs what was submitted one group after another, in order of submission. A group is all that waited when it started. */

/** Calls `task` soon, never at once: what else is submitted until then joins the same group. */
export type Defer = (task: () => void) => void;

export class GroupQueue<Item> {
  readonly #maxGroupSize: number;
  readonly #defer: Defer;
  readonly #deferRest: Defer;
  readonly #runGroup: (group: readonly Item[]) => Promise<readonly Item[]>;
  #items: Item[] = [];
  #isRunning = false;
  #idleListeners: (() => void)[] = [];

  /** `runGroup` never rejects; it gives back the items, from the end of the group, that it did not start. */
  constructor(options: {
    readonly maxGroupSize: number;
    readonly defer: Defer;
    /** For what is left when a group has run; by default as `defer`. */
    readonly deferRest?: Defer;
    readonly runGroup: (group: readonly Item[]) => Promise<readonly Item[]>;
  }) {
    this.#maxGroupSize = options.maxGroupSize;
    this.#defer = options.defer;
    this.#deferRest = options.deferRest ?? options.defer;
    this.#runGroup = options.runGroup;
  }

  push(item: Item): void {
    this.#items.push(item);
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#startSoon(this.#defer);
  }

  /** Resolves when nothing waits or runs. */
  idle(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve();
    return new Promise((resolve) => this.#idleListeners.push(resolve));
  }

  #startSoon(defer: Defer): void {
    defer(() => void this.#runNextGroup());
  }

  async #runNextGroup(): Promise<void> {
    const group = this.#items.slice(0, this.#maxGroupSize);
    this.#items = this.#items.slice(this.#maxGroupSize);
    const notStarted = await this.#runGroup(group);
    if (notStarted.length > 0) this.#items = [...notStarted, ...this.#items];
    if (this.#items.length > 0) return this.#startSoon(this.#deferRest);
    this.#isRunning = false;
    const listeners = this.#idleListeners;
    this.#idleListeners = [];
    for (const listener of listeners) listener();
  }
}

/** Joins what is submitted before the next microtask. */
export const deferToMicrotask: Defer = (task) =>
  void Promise.resolve().then(task);
