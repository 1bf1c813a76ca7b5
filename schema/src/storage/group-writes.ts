/**
 * What the works of a group write: in memory until all of them have run, and then each row once, in the order of its table. What a
 * work wrote that failed is forgotten, and SQLite never saw it: a savepoint for each would have it copy every page that is written
 * behind one. A row that several of them wrote, such as where a log ends, is one row of the commit.
 */
import type { PartitionRows } from "./commit-rows.ts";
import type { KeyRange } from "./key.ts";
import type { Rows, StoredRow } from "./row-transaction.ts";
import { mergeInFront } from "./rows-in-front.ts";
import type { SortedRow } from "./sorted-rows.ts";
import { SqliteRows, type SqliteStatements } from "./sqlite-rows.ts";
import type { StoredValue } from "./table.ts";

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

  /** The rows of a partition for a work that begins now: with what those before it wrote, and earlier groups that are on their way. */
  rowsOf(
    statements: SqliteStatements,
    partition: string,
    earlier: readonly GroupWrites[],
  ): WorkRows {
    const before = [
      ...earlier.flatMap((group) => group.#byPartition.get(partition) ?? []),
      this.#writesIn(partition),
    ];
    return new WorkRows(new SqliteRows(statements, partition), before);
  }

  /** To be called once a work is done. */
  add(partition: string, { written }: WorkRows): void {
    const before = this.#writesIn(partition);
    for (const [table, rows] of written) {
      const held = writesTo(before, table);
      for (const [key, value] of rows.all()) {
        held.set(key, value);
        this.#byteCount += value?.length ?? 0;
      }
      this.#rowCount += rows.size;
    }
  }

  /** Of each partition that was written to, or was to be. To be called last: nothing may be added after. */
  rows(): readonly PartitionRows[] {
    return [...this.#byPartition].map(([partition, writes]) => ({
      partition,
      tables: [...writes].map(([table, written]) => {
        const keys = written.keysInOrder();
        return { table, keys, values: written.valuesOf(keys) };
      }),
    }));
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
  readonly #own: WritesByTable = new Map();
  /** The latest first, which is its own. */
  readonly #layers: readonly WritesByTable[];

  /** `before`: the latest last. */
  constructor(committed: SqliteRows, before: readonly WritesByTable[]) {
    this.#committed = committed;
    this.#layers = [...before, this.#own].reverse();
  }

  /** Undefined unless reading failed, other than for a row that is damaged. */
  get failure(): SqliteRows["failure"] {
    return this.#committed.failure;
  }

  get written(): ReadonlyMap<string, TableWrites> {
    return this.#own;
  }

  get(table: string, key: string): unknown {
    for (const layer of this.#layers) {
      const value = layer.get(table)?.get(key);
      if (value === null) return undefined;
      if (value !== undefined) return copyOf(value);
    }
    return this.#committed.get(table, key);
  }

  /** What lies behind is checked only where it is seen. */
  scan(
    ...[table, range, isReverse, limit]: Parameters<Rows["scan"]>
  ): readonly StoredRow[] {
    const inFront = this.#inFront(table, range, isReverse);
    if (inFront.length === 0)
      return this.#committed.scan(table, range, isReverse, limit);
    return this.#merged(table, range, isReverse, limit, inFront).map(
      ({ key, value }) =>
        value instanceof Unchecked
          ? this.#committed.sound(table, value.row)
          : { key, value: copyOf(value) },
    );
  }

  keys(
    ...[table, range, isReverse, limit]: Parameters<Rows["scan"]>
  ): readonly Pick<StoredRow, "key">[] {
    const inFront = this.#inFront(table, range, isReverse);
    return this.#merged(table, range, isReverse, limit, inFront);
  }

  put(table: string, key: string, value: StoredValue): void {
    this.#write(table, key, copyOf(value));
  }

  delete(table: string, key: string): void {
    this.#write(table, key, null);
  }

  #write(table: string, key: string, value: StoredValue | null): void {
    if (this.failure !== undefined) throw this.failure;
    writesTo(this.#own, table).set(key, value);
  }

  #merged(
    table: string,
    range: KeyRange,
    isReverse: boolean,
    limit: number,
    inFront: readonly SortedRow<StoredValue | null>[],
  ): readonly {
    readonly key: string;
    readonly value: StoredValue | Unchecked;
  }[] {
    // Each of those in front hides one row at most.
    const wanted = limit + inFront.length;
    const behind = this.#committed
      .unchecked(table, range, isReverse, wanted)
      .map(({ key, row }) => ({ key, value: new Unchecked(row) }));
    return mergeInFront<StoredValue | Unchecked>(
      behind,
      inFront,
      isReverse,
    ).slice(0, limit);
  }

  #inFront(
    table: string,
    range: KeyRange,
    isReverse: boolean,
  ): readonly SortedRow<StoredValue | null>[] {
    const written = this.#layers
      .map((layer) => layer.get(table)?.within(range, isReverse) ?? [])
      .filter((rows) => rows.length > 0);
    const [latest = [], ...before] = written;
    if (before.length === 0) return latest;
    const found = new TableWrites();
    for (const rows of written.reverse())
      for (const { key, value } of rows) found.set(key, value);
    return found.within(range, isReverse);
  }
}

/** A row of SQLite's whose checksum was not looked at. */
class Unchecked {
  readonly row: unknown;

  constructor(row: unknown) {
    this.row = row;
  }
}

type WritesByTable = Map<string, TableWrites>;

/** By key; null says that there is no row, whatever lies behind. In order from the first scan on. */
class TableWrites {
  readonly #byKey = new Map<string, StoredValue | null>();
  #sortedKeys: string[] | undefined;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): StoredValue | null | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, value: StoredValue | null): void {
    const keys = this.#sortedKeys;
    if (keys !== undefined && !this.#byKey.has(key))
      keys.splice(firstIndexFrom(keys, key), 0, key);
    this.#byKey.set(key, value);
  }

  /** In no order. */
  all(): Iterable<[string, StoredValue | null]> {
    return this.#byKey;
  }

  /** Their text form has the order of the keys, and that of SQLite's rows. */
  keysInOrder(): readonly string[] {
    return (this.#sortedKeys ??= [...this.#byKey.keys()].sort());
  }

  valuesOf(keys: readonly string[]): (StoredValue | null)[] {
    return keys.map((key) => this.#byKey.get(key) ?? null);
  }

  within(
    { from, to }: KeyRange,
    isReverse: boolean,
  ): readonly SortedRow<StoredValue | null>[] {
    const keys = this.keysInOrder();
    const end = to === undefined ? keys.length : firstIndexFrom(keys, to);
    const found = keys.slice(firstIndexFrom(keys, from), end);
    if (isReverse) found.reverse();
    return found.map((key) => ({ key, value: this.#byKey.get(key) ?? null }));
  }
}

/** Where `key` is or would be. */
function firstIndexFrom(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = keys[middle];
    if (found !== undefined && found < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function writesTo(writes: WritesByTable, table: string): TableWrites {
  let rows = writes.get(table);
  if (rows === undefined) {
    rows = new TableWrites();
    writes.set(table, rows);
  }
  return rows;
}

/** Nobody outside holds the bytes that will be written. `slice` of Node's own kind of them would be no copy. */
function copyOf(value: StoredValue): StoredValue {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}
