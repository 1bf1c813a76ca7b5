/** A clock and timers moved by hand: nothing is due until a test says that time has passed. */
import type { Clock, Timer, Timers } from "@suture/schema";

interface Waiting {
  readonly dueAtMs: number;
  readonly number: number;
  readonly task: () => void;
}

export class HandTimers implements Timers, Clock {
  #nowMs: number;
  #next = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(startMs = Date.UTC(2026, 0, 5, 9)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): Timer {
    const waiting = {
      dueAtMs: this.#nowMs + delayMs,
      number: this.#next,
      task,
    };
    this.#next += 1;
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  /** Runs what falls due, in its order, each at its own time. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const [first] = [...this.#waiting]
        .filter(({ dueAtMs }) => dueAtMs <= untilMs)
        .sort(
          (left, right) =>
            left.dueAtMs - right.dueAtMs || left.number - right.number,
        );
      if (first === undefined) break;
      this.#waiting.delete(first);
      this.#nowMs = first.dueAtMs;
      first.task();
    }
    this.#nowMs = untilMs;
  }
}
