/** Counts how often each thing happened in runs: a fault nobody met proves nothing. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** By name, in alphabetical order. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#counts].toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  }
}
