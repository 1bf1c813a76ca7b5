/**
 * Who writes next where many push at once: a short batch at once, the parts of longer ones a few at a time. What a device
 * sends first is little, and what matters most; it does not stand behind the backlogs of a whole hospital. SPEC AD-27.
 */
export class PartTurns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(maxTurns: number) {
    this.#free = maxTurns;
  }

  /** In the order in which they ask. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
