/**
 * Time that passes only when it is told to: a list of what is due, run in the order of its instants. Things due at one instant
 * run in the order in which they were asked for, so that a world is the same in every run.
 */
import type { Timer } from "@suture/schema";

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly task: () => void;
  isCancelled: boolean;
}

export class SimulatedTime {
  #nowMs: number;
  #order = 0;
  /** A binary heap, soonest first. */
  readonly #dues: Due[] = [];

  /** `startMs` is a Unix instant: what a machine whose clock is right would read. */
  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** The instant of what is due next; undefined if nothing is. */
  get nextAtMs(): number | undefined {
    this.#dropCancelled();
    return this.#dues[0]?.atMs;
  }

  /** Runs `task` once, `delayMs` from now, in whole milliseconds: at once in the order of things if that is 0 or less. */
  after(delayMs: number, task: () => void): Timer {
    const due: Due = {
      atMs: this.#nowMs + Math.max(0, Math.ceil(delayMs)),
      order: this.#order++,
      task,
      isCancelled: false,
    };
    this.#push(due);
    return { cancel: () => void (due.isCancelled = true) };
  }

  /** Goes on to the next thing due and runs it. Answers whether there was one. */
  runNext(): boolean {
    this.#dropCancelled();
    const due = this.#pop();
    if (due === undefined) return false;
    this.#nowMs = due.atMs;
    due.task();
    return true;
  }

  /** Time passes with nothing happening. Throws if something is due before. */
  skipTo(atMs: number): void {
    if ((this.nextAtMs ?? Infinity) < atMs)
      throw new Error("something happens before that");
    this.#nowMs = Math.max(this.#nowMs, Math.floor(atMs));
  }

  #dropCancelled(): void {
    while (this.#dues[0]?.isCancelled === true) this.#pop();
  }

  #push(due: Due): void {
    const heap = this.#dues;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isSooner(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  #pop(): Due | undefined {
    const heap = this.#dues;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let soonest = this.#isSooner(left, at) ? left : at;
      if (this.#isSooner(right, soonest)) soonest = right;
      if (soonest === at) return first;
      this.#swap(at, soonest);
      at = soonest;
    }
  }

  #isSooner(one: number, other: number): boolean {
    const a = this.#dues[one];
    const b = this.#dues[other];
    if (a === undefined || b === undefined) return false;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const a = this.#dues[one];
    const b = this.#dues[other];
    if (a === undefined || b === undefined) return;
    this.#dues[one] = b;
    this.#dues[other] = a;
  }
}
