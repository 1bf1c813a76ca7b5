import { randomUuid, type Random } from "@suture/schema";
import { createHash } from "node:crypto";

/**
 * Chance that is the same in every run of a seed: SHA-256 over the seed's name and a counter.
 *
 * Each part of a world draws from a stream of its own (`fork`), so that one drawing more does not change what the others draw.
 */
export class SeededRandom implements Random {
  readonly #name: string;
  #block: Uint8Array = new Uint8Array();
  #count = 0;

  constructor(name: string | number) {
    this.#name = String(name);
  }

  /** The same name gives the same stream, whatever was drawn before. */
  fork(name: string): SeededRandom {
    return new SeededRandom(`${this.#name}/${name}`);
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      if (this.#block.length === 0) this.#block = this.#nextBlock();
      const piece = this.#block.subarray(0, length - at);
      bytes.set(piece, at);
      this.#block = this.#block.subarray(piece.length);
      at += piece.length;
    }
    return bytes;
  }

  /** From 0 up to, but never, 1. */
  fraction(): number {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = this.bytes(6);
    return (
      ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) / 2 ** 40 + f / 2 ** 48
    );
  }

  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  /** True this share of the times. */
  happens(share: number): boolean {
    return this.fraction() < share;
  }

  /** Throws for an empty list. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.between(0, list.length - 1)];
    if (picked === undefined) throw new Error("there is nothing to pick from");
    return picked;
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights);
    let left =
      this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0 && isKeyOf(weights, key)) return key;
    }
    throw new Error("no key has a weight");
  }

  uuid(): string {
    return randomUuid(this);
  }

  #nextBlock(): Uint8Array {
    return createHash("sha256")
      .update(`${this.#name}:${this.#count++}`)
      .digest();
  }
}

function isKeyOf<K extends string>(
  record: Readonly<Record<K, number>>,
  key: string,
): key is K {
  return key in record;
}
