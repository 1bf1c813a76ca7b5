/**
 * Tables whose keys hold words of people, such as names in the order of a list: IndexedDB keeps keys as they are, so these tables are
 * kept in memory only. They are derived from other tables: `fill` makes them when they are first read. Each commit leaves its writes to
 * them, sealed, in the database, so another tab catches up within the very transaction that reads. SPEC WB-5, WB-6.
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
import { z } from "zod";

import type { RowSealer } from "./row-sealing.ts";
import type { RowReader } from "./row-reader.ts";
import type { StoreState } from "./store-database.ts";

export interface MemoryTable {
  /** Of JSON values. */
  readonly table: Table<unknown>;
  /** Puts its rows as they follow from the partition's other tables, which it reads; awaits only `tx`. */
  readonly fill: (tx: WriteTransaction) => Promise<void>;
}

/** Of one partition. A table that is not there was not read yet. */
export type RowsByTable = ReadonlyMap<string, SortedRows>;

/** What the memory tables hold behind a commit. */
export interface Memory {
  readonly commitNumber: number;
  readonly byPartition: ReadonlyMap<string, RowsByTable>;
}

export const emptyMemory: Memory = { commitNumber: -1, byPartition: new Map() };

const memoryWritesSchema = z.array(
  z.tuple([z.string(), z.string(), z.string(), z.string().nullable()]),
);
/** A row of a memory table that a commit put, null for one that it deleted. */
export type MemoryWrite = readonly [
  partition: string,
  table: string,
  key: string,
  value: string | null,
];

/** How many commits a tab may fall behind without filling its memory tables anew. */
export const maxMemoryWriteCommits = 64;

const writesPlace = "memory writes";

export function sealMemoryWrites(
  sealer: RowSealer,
  writes: readonly MemoryWrite[],
): Uint8Array {
  return sealer.seal(writesPlace, encodeUtf8(JSON.stringify(writes)));
}

/** As they are behind a later commit, by the writes since. A table that was not read yet stays so. */
export function withWrites(
  memory: Memory,
  commitNumber: number,
  writes: readonly MemoryWrite[],
): Memory {
  const byPartition = new Map(memory.byPartition);
  for (const [partition, table, key, value] of writes) {
    const byTable = byPartition.get(partition);
    const rows = byTable?.get(table);
    if (rows === undefined) continue;
    const written = value === null ? rows.without(key) : rows.with(key, value);
    byPartition.set(partition, new Map(byTable).set(table, written));
  }
  return { commitNumber, byPartition };
}

/** As they are at the reader's moment; without rows where what happened since is not known. */
export async function caughtUp(
  memory: Memory,
  state: StoreState,
  reader: RowReader,
  sealer: RowSealer,
): Promise<Memory> {
  const { commitNumber } = state;
  if (memory.commitNumber === commitNumber) return memory;
  const unfilled = { ...emptyMemory, commitNumber };
  if (memory.byPartition.size === 0) return unfilled;
  // Of now, which is later where a work lasts over commits of its own tab.
  const { memoryWritesFrom } = await reader.state();
  if (memory.commitNumber < memoryWritesFrom) return unfilled;
  const sealed = await reader.memoryWrites(memory.commitNumber, commitNumber);
  const writes = sealed.map((entry) => openMemoryWrites(sealer, entry));
  if (writes.includes(null)) return unfilled;
  return withWrites(
    memory,
    commitNumber,
    writes.flatMap((entry) => entry ?? []),
  );
}

function openMemoryWrites(
  sealer: RowSealer,
  sealed: Uint8Array,
): readonly MemoryWrite[] | null {
  const bytes = sealer.open(writesPlace, sealed);
  const text = bytes && decodeUtf8(bytes);
  return text === null ? null : memoryWritesSchema.parse(JSON.parse(text));
}

/** A table's rows; `source` gives the other rows of the partition. */
export async function fillTable(
  { table, fill }: MemoryTable,
  allTables: ReadonlyMap<string, Table<unknown>>,
  source: Pick<Rows, "get" | "scan">,
): Promise<SortedRows> {
  const rows = new RowsToFill(table.name, source);
  const tx = new RowTransaction(allTables, rows);
  try {
    await fill(tx);
  } finally {
    tx.end();
  }
  return rows.filled();
}

/** With a table's rows at the memory's moment. */
export function withTable(
  memory: Memory,
  partition: string,
  table: string,
  rows: SortedRows,
): Memory {
  const byTable = new Map(memory.byPartition.get(partition)).set(table, rows);
  const byPartition = new Map(memory.byPartition).set(partition, byTable);
  return { ...memory, byPartition };
}

/**
 * Which of two to go on with. The later one; but what took long to fill is not given up for a few commits, which it can be brought
 * up to.
 */
export function betterMemory(known: Memory, other: Memory): Memory {
  const commits = other.commitNumber - known.commitNumber;
  if (commits < 0) return betterMemory(other, known);
  const tables = tableCount(known);
  if (commits === 0) return tableCount(other) > tables ? other : known;
  const canCatchUp = commits < maxMemoryWriteCommits / 2;
  return tables > tableCount(other) && canCatchUp ? known : other;
}

function tableCount({ byPartition }: Memory): number {
  return [...byPartition.values()].reduce((sum, { size }) => sum + size, 0);
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

  filled(): SortedRows {
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
