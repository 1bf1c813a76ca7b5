/**
 * What every device still waits for: edits of colleagues, each named by a text. Counted down as they arrive, so that nothing is
 * searched for while time is measured.
 */
export class AwaitedArrivals {
  readonly #missingByDevice: readonly Set<string>[];
  #left: number;
  #onAll: () => void = () => undefined;

  constructor(expectedByDevice: readonly (readonly string[])[]) {
    this.#missingByDevice = expectedByDevice.map((names) => new Set(names));
    this.#left = this.#missingByDevice.reduce((sum, set) => sum + set.size, 0);
  }

  /** Twice is once. */
  arrived(device: number, name: string): void {
    if (this.#missingByDevice[device]?.delete(name) !== true) return;
    this.#left -= 1;
    if (this.#left === 0) this.#onAll();
  }

  /** Resolves when nobody waits for anything. */
  all(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#left === 0) resolve();
      else this.#onAll = resolve;
    });
  }
}
