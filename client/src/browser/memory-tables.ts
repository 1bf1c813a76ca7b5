/**
 * Tables whose keys hold words of people, such as names in the order of a list: IndexedDB keeps keys as they are, so these tables are
 * kept in memory only. They are derived from other tables: `fill` makes them when they are first read and no copy was kept. Each commit
 * leaves its writes to them, sealed, in the database, so a copy, or another tab, catches up within the very transaction that reads. SPEC
 * WB-5, WB-6.
 */
import {
  RowTransaction,
  SortedRows,
  encodeUtf8,
  decodeUtf8,
  type Rows,
  type StoredValue,
  type Table,
  type WriteTransaction,
} from "@suture/schema";
import { placeInMemory, type HeldTable, type Memory } from "./held-table.ts";
import type { Overlay } from "./overlay.ts";
import type { RowSealer } from "./row-sealing.ts";
import type { RowReader } from "./row-reader.ts";
import type { StoreState } from "./store-database.ts";

export interface MemoryTable {
  /** Of JSON values. */
  readonly table: Table<unknown>;
  /** Puts its rows as they follow from the partition's other tables, which it reads; awaits only `tx`. */
  readonly fill: (tx: WriteTransaction) => Promise<void>;
}

/** A row of a memory table that a commit put, null for one that it deleted. */
export type MemoryWrite = readonly [
  partition: string,
  table: string,
  key: string,
  value: string | null,
];

/** How many commits a table may be behind without being filled anew. */
export const maxMemoryWriteCommits = 1_024;

/** A few milliseconds of work. */
const commitsAtOnce = 4;

/** Of one commit: under another's number they do not open. */
function writesPlace(commitNumber: number): string {
  return `memory writes\0${commitNumber}`;
}

export function sealMemoryWrites(
  sealer: RowSealer,
  commitNumber: number,
  writes: readonly MemoryWrite[],
): Uint8Array {
  const place = writesPlace(commitNumber);
  return sealer.seal(place, encodeUtf8(JSON.stringify(writes)));
}

/** Behind the next commit, by its writes: of all that were held behind the one before it. */
export function withCommit(
  memory: Memory,
  commitNumber: number,
  writes: readonly MemoryWrite[],
): Memory {
  const next = new Map(memory);
  for (const [place, held] of memory)
    if (held.commitNumber === commitNumber - 1)
      next.set(place, withWrites(held, place, commitNumber, writes));
  return next;
}

function withWrites(
  held: HeldTable,
  place: string,
  commitNumber: number,
  writes: readonly MemoryWrite[],
): HeldTable {
  let { written } = held;
  for (const [partition, table, key, value] of writes)
    if (placeInMemory(partition, table) === place)
      written = written.with(key, value);
  const writeCount = held.writeCount + writes.length;
  return { ...held, commitNumber, written, writeCount };
}

/** As it is at the reader's moment; undefined where what happened since is not known any more. */
export async function caughtUp(
  held: HeldTable,
  place: string,
  { commitNumber }: StoreState,
  reader: RowReader,
  sealer: RowSealer,
): Promise<HeldTable | undefined> {
  if (held.commitNumber === commitNumber) return held;
  // Of now, which is later where a work lasts over commits of its own tab.
  const { memoryWritesFrom } = await reader.state();
  if (held.commitNumber < memoryWritesFrom) return undefined;
  let current = held;
  while (current.commitNumber < commitNumber) {
    // A page that was away for long is behind by many: whoever types meanwhile has a turn between some and the next.
    const next = Math.min(current.commitNumber + commitsAtOnce, commitNumber);
    const sealed = await reader.memoryWrites(current.commitNumber, next);
    const writes: MemoryWrite[] = [];
    for (const [number, entry] of sealed) {
      const opened = openMemoryWrites(sealer, number, entry);
      if (opened === null) return undefined;
      for (const write of opened) writes.push(write);
    }
    current = withWrites(current, place, next, writes);
  }
  return current;
}

function openMemoryWrites(
  sealer: RowSealer,
  commitNumber: number,
  sealed: Uint8Array,
): readonly MemoryWrite[] | null {
  const bytes = sealer.open(writesPlace(commitNumber), sealed);
  const text = bytes && decodeUtf8(bytes);
  const writes: unknown = text === null ? null : JSON.parse(text);
  return Array.isArray(writes) && writes.every(isMemoryWrite) ? writes : null;
}

function isMemoryWrite(write: unknown): write is MemoryWrite {
  return (
    Array.isArray(write) &&
    write.length === 4 &&
    write.slice(0, 3).every((part) => typeof part === "string") &&
    (write[3] === null || typeof write[3] === "string")
  );
}

/** A table's rows; `source` gives the other rows of the partition. */
export async function fillTable(
  { table, fill }: MemoryTable,
  allTables: ReadonlyMap<string, Table<unknown>>,
  source: Pick<Rows, "get" | "scan">,
): Promise<Overlay<StoredValue>> {
  const rows = new RowsToFill(table.name, source);
  const tx = new RowTransaction(allTables, rows);
  try {
    await fill(tx);
  } finally {
    tx.end();
  }
  return rows.filled();
}

class RowsToFill implements Rows {
  readonly #table: string;
  readonly #source: Pick<Rows, "get" | "scan">;
  readonly #rows = new Map<string, StoredValue>();
  #lastValue: StoredValue = "";

  constructor(table: string, source: Pick<Rows, "get" | "scan">) {
    this.#table = table;
    this.#source = source;
  }

  filled(): Overlay<StoredValue> {
    return SortedRows.of(
      Array.from(this.#rows, ([key, value]) => ({ key, value })),
    );
  }

  get(table: string, key: string) {
    this.#checkOther(table);
    return this.#source.get(table, key);
  }

  scan(...[table, ...range]: Parameters<Rows["scan"]>) {
    this.#checkOther(table);
    return this.#source.scan(table, ...range);
  }

  put(table: string, key: string, value: StoredValue): void {
    this.#checkOwn(table);
    // What is found by many words says the same under each: one text for all of them.
    if (value !== this.#lastValue) this.#lastValue = value;
    this.#rows.set(key, this.#lastValue);
  }

  delete(table: string, key: string): void {
    this.#checkOwn(table);
    this.#rows.delete(key);
  }

  #checkOther(table: string): void {
    if (table === this.#table)
      throw new TypeError(`table ${table} is not filled yet`);
  }

  #checkOwn(table: string): void {
    if (table !== this.#table)
      throw new TypeError(`table ${table} is not the one that is filled`);
  }
}
