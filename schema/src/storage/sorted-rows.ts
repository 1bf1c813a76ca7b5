/** An ordered map that never changes: `with` and `without` give a new one and share what stayed, so a snapshot costs nothing. */
import type { KeyRange } from "./key.ts";
import type { StoredRow } from "./row-transaction.ts";
import type { StoredValue } from "./table.ts";

const maxBlockSize = 256;

export interface SortedRow<V = StoredValue> extends StoredRow {
  readonly value: V;
}

type Block<V> = readonly SortedRow<V>[];

export class SortedRows<V = StoredValue> {
  /** Non-empty blocks of at most `maxBlockSize` rows, in order. */
  readonly #blocks: readonly Block<V>[];

  constructor(blocks: readonly Block<V>[] = []) {
    this.#blocks = blocks;
  }

  /** Of many rows at once, in any order; no two have the same key. */
  static of<V>(rows: Iterable<SortedRow<V>>): SortedRows<V> {
    const sorted = [...rows].sort((left, right) =>
      left.key < right.key ? -1 : 1,
    );
    const blocks: Block<V>[] = [];
    for (let at = 0; at < sorted.length; at += maxBlockSize)
      blocks.push(sorted.slice(at, at + maxBlockSize));
    return new SortedRows(blocks);
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** In order. */
  *all(): Generator<SortedRow<V>> {
    for (const block of this.#blocks) yield* block;
  }

  get(key: string): V | undefined {
    const block = this.#blocks[this.#blockIndex(key)] ?? [];
    const row = block[firstIndexFrom(block, key)];
    return row?.key === key ? row.value : undefined;
  }

  /** Greatest first when `isReverse`. */
  scan(range: KeyRange, isReverse: boolean, limit: number): SortedRow<V>[] {
    const rows: SortedRow<V>[] = [];
    const step = isReverse ? -1 : 1;
    const { from, to } = range;
    let blockIndex = !isReverse
      ? this.#blockIndex(from)
      : to === undefined
        ? this.#blocks.length - 1
        : this.#blockIndex(to);
    for (; rows.length < limit; blockIndex += step) {
      const block = this.#blocks[blockIndex];
      if (block === undefined) break;
      const start = firstIndexFrom(block, from);
      const end = to === undefined ? block.length : firstIndexFrom(block, to);
      const found = block.slice(start, end);
      if (isReverse) found.reverse();
      for (const row of found.slice(0, limit - rows.length)) rows.push(row);
      const isLast = isReverse ? start > 0 : end < block.length;
      if (isLast) break;
    }
    return rows;
  }

  with(key: string, value: V): SortedRows<V> {
    const blockIndex = this.#blockIndex(key);
    const block = [...(this.#blocks[blockIndex] ?? [])];
    const index = firstIndexFrom(block, key);
    block.splice(index, block[index]?.key === key ? 1 : 0, { key, value });
    if (block.length <= maxBlockSize)
      return this.#withBlocks(blockIndex, [block]);
    // Rows that arrive in order fill their blocks; others halve them.
    const half = index === block.length - 1 ? maxBlockSize : maxBlockSize / 2;
    return this.#withBlocks(blockIndex, [
      block.slice(0, half),
      block.slice(half),
    ]);
  }

  without(key: string): SortedRows<V> {
    const blockIndex = this.#blockIndex(key);
    const block = [...(this.#blocks[blockIndex] ?? [])];
    const index = firstIndexFrom(block, key);
    if (block[index]?.key !== key) return this;
    block.splice(index, 1);
    return this.#withBlocks(blockIndex, block.length === 0 ? [] : [block]);
  }

  #withBlocks(
    blockIndex: number,
    replacement: readonly Block<V>[],
  ): SortedRows<V> {
    const blocks = [...this.#blocks];
    blocks.splice(blockIndex, 1, ...replacement);
    return new SortedRows(blocks);
  }

  /** The last block that begins at or before `key`, else the first. */
  #blockIndex(key: string): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const first = this.#blocks[middle]?.[0];
      if (first !== undefined && first.key <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** Where `key` is or would be. */
function firstIndexFrom(block: Block<unknown>, key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = block[middle];
    if (row !== undefined && row.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
