import type { SeededRandom } from "@suture/client/testing";

/** What people write with: every text is written once in a run, so that it can be recognised wherever it turns up. */
export class Pen {
  readonly random: SeededRandom;
  #count = 0;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  /** "Latex 17" */
  unique(stem: string): string {
    return `${stem} ${this.number()}`;
  }

  /** The next number: no other text has it. */
  number(): number {
    this.#count += 1;
    return this.#count;
  }

  /** A day that nobody else writes. */
  date(): string {
    return new Date(Date.UTC(1990, 0, 1) + this.number() * 86_400_000)
      .toISOString()
      .slice(0, 10);
  }
}
