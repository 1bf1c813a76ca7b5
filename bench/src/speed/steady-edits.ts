/**
 * Edits at a steady rate, one device after the other, and how long each takes to every colleague's socket. Before them the system is
 * warmed by edits that do not count, a few on their way at a time: one that has just been started is not what a day looks like, and
 * what it could not keep up with meanwhile would be measured for ever.
 */
import { quantile } from "./figure.ts";
import type { Measured } from "./rounds.ts";
import type { StormEdit, StormWork } from "./storm-work.ts";

const usualEditsPerSecond = 200;
const uncountedShare = 0.7;
/** While warming. */
const maxOnTheirWay = 8;

/** As far as a system lies behind what it is asked for, it would be asked for less: nothing waits for an answer here. */
export class SteadyEdits {
  readonly #count: number;
  readonly #colleagues: number;
  readonly #editsPerSecond: number;
  readonly #sentAtMs = new Map<string, number>();
  readonly #latenciesMs: number[] = [];
  #sentCount = 0;
  #arrivals = 0;
  #isCounted = false;
  #onArrival: () => void = () => undefined;

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
    if (this.#isCounted) this.#latenciesMs.push(performance.now() - sentAtMs);
    this.#onArrival();
  }

  /** `send` makes the edit of that number, and gives its name just before it is on its way. */
  async run(
    send: (number: number, noteName: (name: string) => void) => void,
  ): Promise<Measured> {
    const sendNext = () => {
      this.#sentCount += 1;
      send(this.#sentCount - 1, (name) =>
        this.#sentAtMs.set(name, performance.now()),
      );
    };
    while (this.#sentCount < Math.floor(this.#count * uncountedShare)) {
      await this.#onTheirWay(maxOnTheirWay - 1);
      sendNext();
    }
    await this.#onTheirWay(0);
    this.#isCounted = true;
    const startMs = performance.now();
    for (let number = 0; this.#sentCount < this.#count; number += 1) {
      const dueMs = startMs + (number * 1_000) / this.#editsPerSecond;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0)
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      sendNext();
    }
    await this.#onTheirWay(0);
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b);
    const ms = (value: number) => ({ value, unit: "ms" }) as const;
    return {
      "edit to a colleague (p50)": ms(quantile(sorted, 0.5)),
      "edit to a colleague (p99)": ms(quantile(sorted, 0.99)),
    };
  }

  /** Resolves once no more than so many edits are still to reach somebody. */
  async #onTheirWay(count: number): Promise<void> {
    const isReached = () =>
      this.#sentCount * this.#colleagues - this.#arrivals <=
      count * this.#colleagues;
    while (!isReached())
      await new Promise<void>((resolve) => (this.#onArrival = resolve));
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
