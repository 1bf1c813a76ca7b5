/**
 * A store in memory, for tests and the simulation: everything the contract promises but the disk. Values lie in it in
 * their stored form, so what SQLite could not keep is not kept here either.
 */
import { checkPartition } from "./key.ts";
import { deferToMicrotask, GroupQueue } from "./group-queue.ts";
import { RowTransaction, type Rows } from "./row-transaction.ts";
import { SortedRows } from "./sorted-rows.ts";
import {
  StoreError,
  type ReadTransaction,
  type Store,
  type WriteTransaction,
} from "./store.ts";
import { tablesByName, type StoredValue, type Table } from "./table.ts";

export interface MemoryStoreOptions {
  readonly tables: readonly Table<unknown>[];
}

export function createMemoryStore(options: MemoryStoreOptions): Store {
  return new MemoryStore(options);
}

type RowsByTable = ReadonlyMap<string, SortedRows>;

const noRows = new SortedRows();

class MemoryStore implements Store {
  readonly #tables: ReadonlyMap<string, Table<unknown>>;
  readonly #committed = new Map<string, RowsByTable>();
  readonly #writes: GroupQueue<() => Promise<void>>;
  #activeReads = 0;
  #readListeners: (() => void)[] = [];
  #isClosed = false;

  constructor(options: MemoryStoreOptions) {
    this.#tables = tablesByName(options.tables);
    this.#writes = new GroupQueue({
      maxGroupSize: 1,
      defer: deferToMicrotask,
      runGroup: async (group) => {
        for (const run of group) await run();
        return [];
      },
    });
  }

  async write<T>(
    partition: string,
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<T> {
    this.#checkOpen();
    checkPartition(partition);
    return new Promise<T>((resolve, reject) => {
      this.#writes.push(async () => {
        const rows = this.#rowsOf(partition);
        const tx = new RowTransaction(this.#tables, rows);
        try {
          const value = await work(tx);
          this.#committed.set(partition, rows.byTable);
          resolve(value);
        } catch (cause) {
          reject(cause);
        } finally {
          tx.end();
        }
      });
    });
  }

  async read<T>(
    partition: string,
    work: (tx: ReadTransaction) => Promise<T>,
  ): Promise<T> {
    this.#checkOpen();
    checkPartition(partition);
    const tx = new RowTransaction(this.#tables, this.#rowsOf(partition));
    this.#activeReads++;
    try {
      return await work(tx);
    } finally {
      tx.end();
      this.#activeReads--;
      if (this.#activeReads === 0)
        for (const listener of this.#readListeners.splice(0)) listener();
    }
  }

  async listPartitions(): Promise<readonly string[]> {
    this.#checkOpen();
    return [...this.#committed]
      .filter(([, byTable]) =>
        [...byTable.values()].some((rows) => !rows.isEmpty),
      )
      .map(([name]) => name);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writes.idle();
    if (this.#activeReads > 0)
      await new Promise<void>((resolve) => this.#readListeners.push(resolve));
  }

  #rowsOf(partition: string): MemoryRows {
    return new MemoryRows(this.#committed.get(partition) ?? new Map());
  }

  #checkOpen(): void {
    if (this.#isClosed)
      throw new StoreError("store-closed", "the store is closed");
  }
}

/** A transaction's own view: it starts as the committed rows, and becomes them if the transaction commits. */
class MemoryRows implements Rows {
  #byTable: RowsByTable;

  constructor(byTable: RowsByTable) {
    this.#byTable = byTable;
  }

  get byTable(): RowsByTable {
    return this.#byTable;
  }

  get(table: string, key: string): StoredValue | undefined {
    const value = this.#rowsIn(table).get(key);
    return value === undefined ? undefined : copyOf(value);
  }

  scan(
    ...[table, ...range]: Parameters<Rows["scan"]>
  ): readonly { key: string; value: StoredValue }[] {
    return this.#rowsIn(table)
      .scan(...range)
      .map(({ key, value }) => ({ key, value: copyOf(value) }));
  }

  put(table: string, key: string, value: StoredValue): void {
    this.#replace(table, this.#rowsIn(table).with(key, copyOf(value)));
  }

  delete(table: string, key: string): void {
    this.#replace(table, this.#rowsIn(table).without(key));
  }

  #rowsIn(table: string): SortedRows {
    return this.#byTable.get(table) ?? noRows;
  }

  #replace(table: string, rows: SortedRows): void {
    this.#byTable = new Map(this.#byTable).set(table, rows);
  }
}

function copyOf(value: StoredValue): StoredValue {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}
