/**
 * Reads rows, still sealed, in one IndexedDB transaction for as long as nothing else is awaited, which is what works promise; a
 * work that awaits more goes on in another. Whoever reads is told when that happens, as others may have written in between.
 *
 * After the first failure every operation fails with it, so no work swallows it.
 */
import { SortedRows, type KeyRange, type SortedRow } from "@suture/schema";
import type { IDBPTransaction } from "idb";

import { placeInMemory } from "./held-table.ts";
import type { ScanOrder } from "./overlay.ts";
import {
  hasEnded,
  parseState,
  stateKey,
  toStoreError,
  type RowKey,
  type StoreDatabase,
  type StoreSchema,
  type StoreState,
} from "./store-database.ts";

const ofRows = ["rows", "state", "memory_writes"] as const;
const ofRowsAndCopies = [...ofRows, "memory_tables"] as const;

type ReadonlyIdb = IDBPTransaction<
  StoreSchema,
  readonly (typeof ofRowsAndCopies)[number][],
  "readonly"
>;

/** More are fetched in several goes: they are sent to the page as one message each. */
const pageRows = 2_000;

/** Of more than this each is asked for when it is needed. */
const maxRowsAhead = 2_000;

interface RowsAhead {
  readonly range: KeyRange;
  readonly rows: SortedRows<Uint8Array>;
}

export class RowReader {
  readonly #db: StoreDatabase;
  readonly #isAlone: boolean;
  /** Awaited before what another transaction found is given out. */
  readonly #onReopened: () => Promise<void>;
  #tx: ReadonlyIdb;
  #failure: Error | undefined;
  #requestCount = 0;
  /** By partition and table, of the range that was last read ahead. */
  readonly #ahead = new Map<string, RowsAhead>();

  /**
   * The transaction is open from now on: it sees what was committed before, and nothing later. Where nobody else can write meanwhile it
   * leaves copies of tables in memory to transactions of their own, so whoever renews one and whoever writes wait for each other less.
   */
  constructor(
    db: StoreDatabase,
    isAlone: boolean,
    onReopened: () => Promise<void>,
  ) {
    this.#db = db;
    this.#isAlone = isAlone;
    this.#onReopened = onReopened;
    this.#tx = this.#begin();
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether no row was asked for yet. */
  get isFresh(): boolean {
    return this.#requestCount === 0;
  }

  /** Throws a `StoreError`. */
  async state(): Promise<StoreState> {
    return parseState(
      await this.#ask((tx) => tx.objectStore("state").get(stateKey)),
    );
  }

  /** By the number of their commit. */
  memoryWrites(
    afterNumber: number,
    toNumber: number,
  ): Promise<ReadonlyMap<number, Uint8Array>> {
    const range = IDBKeyRange.bound(afterNumber, toNumber, true, false);
    return this.#ask(async (tx) => {
      const log = tx.objectStore("memory_writes");
      const [numbers, entries] = await Promise.all([
        log.getAllKeys(range),
        log.getAll(range),
      ]);
      return new Map(
        numbers.flatMap((number, index) => {
          const entry = entries[index];
          return entry === undefined ? [] : [[number, entry] as const];
        }),
      );
    });
  }

  /** A part of the copy of a table in memory, sealed. */
  memoryTablePart(
    partition: string,
    table: string,
    part: number,
  ): Promise<Uint8Array | undefined> {
    const key: [string, string, number] = [partition, table, part];
    return this.#ask((tx) =>
      this.#isAlone
        ? this.#db.get("memory_tables", key)
        : tx.objectStore("memory_tables").get(key),
    );
  }

  async get(...key: RowKey): Promise<Uint8Array | undefined> {
    this.#requestCount += 1;
    const [partition, table, from] = key;
    const ahead = this.#aheadOf(partition, table, { from, to: from });
    return ahead === undefined
      ? this.#ask((tx) => tx.objectStore("rows").get(key))
      : ahead.get(from);
  }

  /** One question instead of one for each of the rows that will be asked for. */
  async readAhead(
    partition: string,
    table: string,
    range: KeyRange,
  ): Promise<void> {
    const order = { isReverse: false, limit: maxRowsAhead + 1 };
    const rows = await this.scan(partition, table, range, order);
    if (rows.length > maxRowsAhead) return;
    const place = placeInMemory(partition, table);
    this.#ahead.set(place, { range, rows: SortedRows.of(rows) });
  }

  async scan(
    partition: string,
    table: string,
    { from, to }: KeyRange,
    { isReverse, limit }: ScanOrder,
  ): Promise<readonly SortedRow<Uint8Array>[]> {
    this.#requestCount += 1;
    const ahead = this.#aheadOf(partition, table, { from, to });
    if (ahead !== undefined) return ahead.scan({ from, to }, isReverse, limit);
    if (limit === 0 || (to !== undefined && to <= from)) return [];
    const lower: RowKey = [partition, table, from];
    // A list stands behind every text.
    const upper = to === undefined ? behindTable(partition, table) : to;
    const range = (after?: string) =>
      IDBKeyRange.bound(
        after === undefined ? lower : [partition, table, after],
        typeof upper === "string" ? [partition, table, upper] : upper,
        after !== undefined,
        true,
      );
    if (isReverse && limit !== Infinity) return this.#lastRows(range(), limit);
    const rows: SortedRow<Uint8Array>[] = [];
    for (;;) {
      const wanted = Math.min(pageRows, limit - rows.length);
      const page = await this.#page(range(rows.at(-1)?.key), wanted);
      rows.push(...page);
      if (page.length < wanted || rows.length === limit) break;
    }
    return isReverse ? rows.reverse() : rows;
  }

  /** Of all tables. */
  async partitions(): Promise<readonly string[]> {
    const found: string[] = [];
    for (;;) {
      const last = found.at(-1);
      const range =
        last === undefined
          ? undefined
          : IDBKeyRange.lowerBound([last, []], true);
      const key = await this.#ask((tx) =>
        tx.objectStore("rows").getKey(range ?? IDBKeyRange.lowerBound([])),
      );
      if (key === undefined) return found;
      found.push(key[0]);
    }
  }

  /** Where all of `range` was read ahead. */
  #aheadOf(
    partition: string,
    table: string,
    { from, to }: KeyRange,
  ): SortedRows<Uint8Array> | undefined {
    const ahead = this.#ahead.get(placeInMemory(partition, table));
    if (ahead === undefined || from < ahead.range.from) return undefined;
    const end = ahead.range.to;
    const isWithin = end === undefined || (to !== undefined && to <= end);
    return isWithin && from !== end ? ahead.rows : undefined;
  }

  async #page(
    range: IDBKeyRange,
    limit: number,
  ): Promise<readonly SortedRow<Uint8Array>[]> {
    const [keys, values] = await this.#ask((tx) => {
      const rows = tx.objectStore("rows");
      return Promise.all([
        rows.getAllKeys(range, limit),
        rows.getAll(range, limit),
      ]);
    });
    return keys.flatMap(([, , key], index) => {
      const value = values[index];
      return value === undefined ? [] : [{ key, value }];
    });
  }

  #lastRows(
    range: IDBKeyRange,
    limit: number,
  ): Promise<readonly SortedRow<Uint8Array>[]> {
    return this.#ask(async (tx) => {
      const rows: SortedRow<Uint8Array>[] = [];
      let cursor = await tx.objectStore("rows").openCursor(range, "prev");
      while (cursor !== null) {
        rows.push({ key: cursor.key[2], value: cursor.value });
        if (rows.length === limit) break;
        cursor = await cursor.continue();
      }
      return rows;
    });
  }

  async #ask<T>(request: (tx: ReadonlyIdb) => Promise<T>): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return await this.#askOrReopen(request);
    } catch (cause) {
      this.#failure ??= toStoreError(cause);
      throw this.#failure;
    }
  }

  async #askOrReopen<T>(request: (tx: ReadonlyIdb) => Promise<T>): Promise<T> {
    try {
      return await request(this.#tx);
    } catch (cause) {
      if (!hasEnded(cause)) throw cause;
    }
    this.#tx = this.#begin();
    const [, result] = await Promise.all([
      this.#onReopened(),
      request(this.#tx),
    ]);
    return result;
  }

  #begin(): ReadonlyIdb {
    const names = this.#isAlone ? ofRows : ofRowsAndCopies;
    const tx: ReadonlyIdb = this.#db.transaction(names, "readonly");
    // What fails in it is told by its requests.
    tx.done.catch(() => undefined);
    return tx;
  }
}

function behindTable(partition: string, table: string) {
  return [partition, table, []];
}
