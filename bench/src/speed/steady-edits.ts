/**
 * Edits at a steady rate, one device after the other, and how long each takes to every colleague's socket. The first half of them is not
 * counted: a server that has just been started is not what a day looks like.
 */
import { quantile } from "./figure.ts";
import type { Measured } from "./rounds.ts";
import type { StormEdit, StormWork } from "./storm-work.ts";

const usualEditsPerSecond = 200;
const uncountedShare = 0.5;

/** As far as a system lies behind what it is asked for, it would be asked for less: nothing waits for an answer here. */
export class SteadyEdits {
  readonly #count: number;
  readonly #colleagues: number;
  readonly #editsPerSecond: number;
  readonly #sentAtMs = new Map<string, number>();
  readonly #latenciesMs: number[] = [];
  #arrivals = 0;
  #onAll: () => void = () => undefined;

  /** How many there are, and to how many colleagues each goes. */
  constructor(
    count: number,
    colleagues: number,
    editsPerSecond = usualEditsPerSecond,
  ) {
    this.#count = count;
    this.#colleagues = colleagues;
    this.#editsPerSecond = editsPerSecond;
  }

  /** Twice at one device must not be told twice. */
  arrived(name: string): void {
    const sentAtMs = this.#sentAtMs.get(name);
    if (sentAtMs === undefined) return;
    this.#arrivals += 1;
    const all = this.#count * this.#colleagues;
    if (this.#arrivals > all * uncountedShare)
      this.#latenciesMs.push(performance.now() - sentAtMs);
    if (this.#arrivals === all) this.#onAll();
  }

  /** `send` makes the edit of that number, and gives its name just before it is on its way. */
  async run(
    send: (number: number, noteName: (name: string) => void) => void,
  ): Promise<Measured> {
    const startMs = performance.now();
    const all = new Promise<void>((resolve) => (this.#onAll = resolve));
    for (let number = 0; number < this.#count; number += 1) {
      const dueMs = startMs + (number * 1_000) / this.#editsPerSecond;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0)
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      send(number, (name) => this.#sentAtMs.set(name, performance.now()));
    }
    await all;
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b);
    const ms = (value: number) => ({ value, unit: "ms" }) as const;
    return {
      "edit to a colleague (p50)": ms(quantile(sorted, 0.5)),
      "edit to a colleague (p99)": ms(quantile(sorted, 0.99)),
    };
  }
}

/** The edits of all devices in turns: the first of each, the second of each … */
export function inTurns<T>(byDevice: readonly (readonly T[])[]): readonly {
  readonly device: number;
  readonly item: T;
}[] {
  const longest = Math.max(...byDevice.map((items) => items.length));
  return Array.from({ length: longest }, (_, turn) =>
    byDevice.flatMap((items, device) => {
      const item = items[turn];
      return item === undefined ? [] : [{ device, item }];
    }),
  ).flat();
}

/** The edits of a storm in turns, each with its record's id. */
export function editsInTurns({ size, records }: StormWork): readonly {
  readonly device: number;
  readonly item: StormEdit & { readonly id: string };
}[] {
  return inTurns(
    Array.from({ length: size.devices }, (_, number) =>
      records
        .filter(({ device }) => device === number)
        .flatMap(({ id, edits }) => edits.map((edit) => ({ ...edit, id }))),
    ),
  );
}
