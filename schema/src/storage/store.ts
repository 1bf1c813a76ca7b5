/**
 * The storage contract both sides stand on: an ordered, transactional key-value store. SPEC ST.
 *
 * Guarantees: a write is serializable, all or nothing, and durable once its promise resolves; a read sees committed rows
 * only, all of one moment. Writes take effect in the order of their `write` calls. Everything above (the log, the index,
 * review tasks, audit) is rows of tables in one transaction.
 *
 * Rules for the functions given to `write` and `read`: they await nothing but operations of their own transaction (other
 * works wait behind them; awaiting the store itself never ends), they run once, and they keep no transaction afterwards.
 *
 * Refuses: a table that was not given when the store was opened, keys and partitions that cannot be ordered (TypeError:
 * bugs). What the disk does is a `StoreError`.
 */
import type { Key } from "./key.ts";
import type { Table } from "./table.ts";

export interface Store {
  /**
   * Runs `work` in a transaction of one partition, and resolves with its result once that is durable. SPEC ST-1 to ST-4.
   *
   * Work that throws leaves nothing and rejects its own promise only, with what it threw. What is put is written once the work is over, so
   * a full disk is met by the promise and not within the work. A commit that fails rejects with a `StoreError`: nothing of it can be
   * read, though a crash right then (or the end of the thread that writes) may yet bring it back, so retry by idempotent keys.
   */
  write<T>(
    partition: string,
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<T>;
  /** Runs `work` on a snapshot no older than this call. SPEC ST-5. */
  read<T>(
    partition: string,
    work: (tx: ReadTransaction) => Promise<T>,
  ): Promise<T>;
  /** The partitions that hold at least one row, in no promised order. */
  listPartitions(): Promise<readonly string[]>;
  /** Finishes what was submitted before, then lets go of the files. Calls after it reject with `store-closed`. */
  close(): Promise<void>;
}

export interface ReadTransaction {
  get<V>(table: Table<V>, key: Key): Promise<V | undefined>;
  /** The rows of `range`, in key order. Never cut short unless `limit` says so: page what may be large. SPEC ST-6. */
  scan<V>(table: Table<V>, range?: ScanRange): Promise<readonly Row<V>[]>;
  /** Of the rows that `scan` gives; it does not fail where one of them is damaged. */
  keys?(table: Table<unknown>, range?: ScanRange): Promise<readonly Key[]>;
}

export interface WriteTransaction extends ReadTransaction {
  /** Inserts or replaces. The value is copied: changing it afterwards changes no row. */
  put<V>(table: Table<V>, key: Key, value: NoInfer<V>): Promise<void>;
  /** No error when there is no such row. */
  delete(table: Table<unknown>, key: Key): Promise<void>;
  /** Says that these rows will be asked for: where each question is a way to go, they are fetched in one. Changes no answer. */
  readAhead?(table: Table<unknown>, range: ScanRange): Promise<void>;
}

export interface Row<V> {
  readonly key: Key;
  readonly value: V;
}

export interface ScanRange {
  /** Only keys that begin with these parts; the key that is exactly these parts is one of them. */
  readonly prefix?: Key;
  /** Only keys behind this one: a whole key, such as the last row's of the page before. */
  readonly after?: Key;
  /** Only keys in front of this one: a whole key. */
  readonly before?: Key;
  /** Greatest key first. */
  readonly reverse?: boolean;
  /** At most this many rows, counted from the end where the scan starts. */
  readonly limit?: number;
}

/**
 * - `store-full`: no space; earlier rows are intact and later writes work once there is space.
 * - `store-damaged`: the file, or a row in it, is not what was written.
 * - `store-too-new`: the file was written by a later version of this program.
 * - `store-closed`: used after `close`.
 * - `store-failed`: anything else; see `cause`.
 */
export type StoreErrorCode =
  | "store-full"
  | "store-damaged"
  | "store-too-new"
  | "store-closed"
  | "store-failed";

/** What the disk did. Message and cause hold table names, never keys or values. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}
