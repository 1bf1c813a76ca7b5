/** Everything a fuzz input is drawn from. The same seed and stream give the same draws, whatever was drawn for other inputs. */
import type { Random } from "@suture/schema";

export class Chance implements Random {
  #state: number;

  constructor(seed: number, stream: number) {
    this.#state =
      Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream, 0x85ebca6b);
    // The first draws of neighbouring streams would be alike.
    for (let index = 0; index < 4; index += 1) this.uint32();
  }

  /** Mulberry32. */
  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0, below `limit`. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * limit);
  }

  isLikely(share: number): boolean {
    return this.uint32() < share * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("there is nothing to pick from");
    return item;
  }

  /** A length that is mostly small, now and then up to `limit`. */
  length(limit: number): number {
    return Math.floor(limit ** ((this.uint32() / 2 ** 32) ** 2));
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.uint32());
  }
}
