/** Writes the rows of many works, and commits them: each partition's stand or fall together, and by themselves. SPEC ST-13. */
import {
  SqliteRows,
  columnOf,
  toStoreError,
  type SqliteDatabase,
  type SqliteStatements,
} from "./sqlite-rows.ts";
import { tryToRun } from "./sqlite-migrations.ts";
import type { StoreError } from "./store.ts";
import type { StoredValue } from "./table.ts";

/** What works wrote to one partition. */
export interface PartitionRows {
  readonly partition: string;
  readonly tables: readonly TableRows[];
}

export interface TableRows {
  readonly table: string;
  /** In order. */
  readonly keys: readonly string[];
  /** One for each key; null where its row is deleted. */
  readonly values: readonly (StoredValue | null)[];
}

/** By partition: why its rows are not written. */
export type Unwritten = ReadonlyMap<string, StoreError>;

/** So that what was committed has been flushed to the disk. For each handle that writes. */
export function makeDurable(db: SqliteDatabase): void {
  for (const pragma of durable) db.exec(pragma);
}

const durable = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = FULL",
  // On macOS only this reaches the disk; elsewhere it changes nothing.
  "PRAGMA fullfsync = ON",
];

/** Within the transaction that is open, which has written nothing yet. Leaves none open. `beforeCommit` is within it, too. */
export function commitRows(
  statements: SqliteStatements,
  written: readonly PartitionRows[],
  beforeCommit: () => void = () => undefined,
): Unwritten {
  try {
    const unwritten = writeAll(statements, written);
    beforeCommit();
    statements.run("COMMIT");
    return unwritten;
  } catch (cause) {
    undoTransaction(statements);
    return allUnwritten(written, cause);
  }
}

export function allUnwritten(
  written: readonly PartitionRows[],
  cause: unknown,
): Unwritten {
  const failure = toStoreError(cause);
  return new Map(written.map(({ partition }) => [partition, failure]));
}

/** If it fails, there is none to undo, or the next BEGIN fails and rejects what comes: never is a write taken for stored. */
export function undoTransaction(statements: SqliteStatements): void {
  tryToRun(() => statements.run("ROLLBACK"));
}

function writeAll(
  statements: SqliteStatements,
  written: readonly PartitionRows[],
): Unwritten {
  const version = dataVersion(statements);
  try {
    for (const rows of written) writeRows(statements, rows);
    return new Map();
  } catch (cause) {
    if (written.length <= 1) throw cause;
    undoTransaction(statements);
    statements.run("BEGIN IMMEDIATE");
    // The works had read what was there before somebody else committed.
    if (dataVersion(statements) !== version) throw cause;
    return writeApart(statements, written);
  }
}

/** Each partition by itself, so that one whose rows cannot be written fails alone: no work reads another's. */
function writeApart(
  statements: SqliteStatements,
  written: readonly PartitionRows[],
): Unwritten {
  const unwritten = new Map<string, StoreError>();
  for (const rows of written) {
    statements.run("SAVEPOINT apart");
    try {
      writeRows(statements, rows);
    } catch (cause) {
      unwritten.set(rows.partition, toStoreError(cause));
      statements.run("ROLLBACK TO apart");
    }
    statements.run("RELEASE apart");
  }
  return unwritten;
}

function writeRows(
  statements: SqliteStatements,
  { partition, tables }: PartitionRows,
): void {
  const rows = new SqliteRows(statements, partition);
  for (const { table, keys, values } of tables)
    for (const [index, key] of keys.entries()) {
      const value = values[index] ?? null;
      if (value === null) rows.delete(table, key);
      else rows.put(table, key, value);
    }
}

/** Another one wherever another handle has committed. */
function dataVersion(statements: SqliteStatements): unknown {
  const row = statements.prepare("PRAGMA data_version").get();
  return columnOf(row, "data_version");
}
