/**
 * What the works of a group write: in memory until all of them have run, and then each row once, in the order of its table. What a
 * work wrote that failed is forgotten, and SQLite never saw it: a savepoint for each would have it copy every page that is written
 * behind one. A row that several of them wrote, such as where a log ends, is one row of the commit.
 */
import { isInRange, type KeyRange } from "./key.ts";
import type { Rows, StoredRow } from "./row-transaction.ts";
import { mergeInFront } from "./rows-in-front.ts";
import { SqliteRows, type SqliteStatements } from "./sqlite-rows.ts";
import type { StoredValue } from "./table.ts";

/** By key; null says that there is no row, whatever lies behind. */
type TableWrites = Map<string, StoredValue | null>;
type WritesByTable = Map<string, TableWrites>;

export class GroupWrites {
  readonly #byPartition = new Map<string, WritesByTable>();
  #rowCount = 0;
  #byteCount = 0;

  /** How many rows were put and deleted. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** How long all values are that were put, in characters and bytes. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** The rows of a partition for a work that begins now: with what those before it wrote. */
  rowsOf(statements: SqliteStatements, partition: string): WorkRows {
    const before = this.#writesIn(partition);
    return new WorkRows(new SqliteRows(statements, partition), before);
  }

  /** To be called once a work is done. */
  add(partition: string, { written }: WorkRows): void {
    const before = this.#writesIn(partition);
    for (const [table, rows] of written) {
      const held = before.get(table) ?? new Map<string, StoredValue | null>();
      before.set(table, held);
      for (const [key, value] of rows) {
        held.set(key, value);
        this.#byteCount += value?.length ?? 0;
      }
      this.#rowCount += rows.size;
    }
  }

  /** Within the transaction that they were made in. Throws a `StoreError` for the first that fails. */
  writeTo(statements: SqliteStatements): void {
    for (const [partition, byTable] of this.#byPartition) {
      const rows = new SqliteRows(statements, partition);
      for (const [table, written] of byTable)
        for (const [key, value] of inKeyOrder(written))
          if (value === null) rows.delete(table, key);
          else rows.put(table, key, value);
    }
  }

  #writesIn(partition: string): WritesByTable {
    let writes = this.#byPartition.get(partition);
    if (writes === undefined) {
      writes = new Map();
      this.#byPartition.set(partition, writes);
    }
    return writes;
  }
}

/** The rows of one partition as one work sees them: its own writes, over those of the works before it, over those committed. */
export class WorkRows implements Rows {
  readonly #committed: SqliteRows;
  readonly #before: WritesByTable;
  readonly #own: WritesByTable = new Map();

  constructor(committed: SqliteRows, before: WritesByTable) {
    this.#committed = committed;
    this.#before = before;
  }

  /** Undefined unless reading failed, other than for a row that is damaged. */
  get failure(): SqliteRows["failure"] {
    return this.#committed.failure;
  }

  get written(): ReadonlyMap<string, ReadonlyMap<string, StoredValue | null>> {
    return this.#own;
  }

  get(table: string, key: string): unknown {
    const own = this.#own.get(table)?.get(key);
    const inFront = own === undefined ? this.#before.get(table)?.get(key) : own;
    if (inFront === undefined) return this.#committed.get(table, key);
    return inFront === null ? undefined : copyOf(inFront);
  }

  scan(
    ...[table, range, isReverse, limit]: Parameters<Rows["scan"]>
  ): readonly StoredRow[] {
    const inFront = this.#inFront(table, range, isReverse);
    // Each of them hides one row at most.
    const wanted = limit + inFront.length;
    const behind = this.#committed.scan(table, range, isReverse, wanted);
    if (inFront.length === 0) return behind;
    return mergeInFront(behind, inFront, isReverse).slice(0, limit);
  }

  keys(
    ...[table, range, isReverse, limit]: Parameters<Rows["scan"]>
  ): readonly Pick<StoredRow, "key">[] {
    const inFront = this.#inFront(table, range, isReverse);
    const wanted = limit + inFront.length;
    const behind = this.#committed
      .keys(table, range, isReverse, wanted)
      .map(({ key }) => ({ key, value: undefined }));
    return mergeInFront<unknown>(behind, inFront, isReverse).slice(0, limit);
  }

  put(table: string, key: string, value: StoredValue): void {
    this.#write(table, key, copyOf(value));
  }

  delete(table: string, key: string): void {
    this.#write(table, key, null);
  }

  #write(table: string, key: string, value: StoredValue | null): void {
    if (this.failure !== undefined) throw this.failure;
    let rows = this.#own.get(table);
    if (rows === undefined) {
      rows = new Map();
      this.#own.set(table, rows);
    }
    rows.set(key, value);
  }

  #inFront(
    table: string,
    range: KeyRange,
    isReverse: boolean,
  ): readonly { key: string; value: StoredValue | null }[] {
    const found = new Map<string, StoredValue | null>();
    for (const rows of [this.#before.get(table), this.#own.get(table)])
      for (const [key, value] of rows ?? [])
        if (isInRange(key, range)) found.set(key, value);
    const inOrder = inKeyOrder(found);
    if (isReverse) inOrder.reverse();
    return inOrder.map(([key, value]) => ({
      key,
      value: value === null ? null : copyOf(value),
    }));
  }
}

/** Their text form has the order of the keys, and that of SQLite's rows. */
function inKeyOrder<V>(rows: ReadonlyMap<string, V>): [string, V][] {
  return [...rows].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** Nobody outside holds the bytes that will be written. */
function copyOf(value: StoredValue): StoredValue {
  return value instanceof Uint8Array ? value.slice() : value;
}
