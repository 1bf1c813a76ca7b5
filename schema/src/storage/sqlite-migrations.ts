/**
 * Numbered migrations, recorded in the file's table `store_migrations`. All that are due run in one transaction with the
 * creation of missing tables: a file is either migrated or as it was. A file with a number beyond the last known one was
 * written by a later version, and is refused untouched. SPEC ST-12.
 */
import { createBesideCounts } from "./beside-counts.ts";
import { tablesIn } from "./find-damage.ts";
import { rowChecksum } from "./row-checksum.ts";
import { RowTransaction } from "./row-transaction.ts";
import {
  SqliteRows,
  SqliteStatements,
  columnOf,
  createTableSql,
  sqlName,
  storedRowOf,
  type SqliteDatabase,
} from "./sqlite-rows.ts";
import { checkVersion, versionOf } from "./sqlite-version.ts";
import { visitStoredRows } from "./stored-rows.ts";
import type { WriteTransaction } from "./store.ts";
import type { Table } from "./table.ts";

export interface Migration {
  /** For people who look into the file, such as `split-review-rows`. */
  readonly name: string;
  /**
   * Rewrites one partition's rows from the form before to the form after; runs once for every partition that has rows.
   * Rows in an older form are read through a table of the same name with the older schema. Awaits only `tx`.
   */
  readonly migrate: (tx: WriteTransaction, partition: string) => Promise<void>;
}

/** Migration n is the n-th of `migrations`, from 1: only ever append to that list. */
export async function prepareSqliteFile(options: {
  readonly db: SqliteDatabase;
  readonly tables: ReadonlyMap<string, Table<unknown>>;
  readonly migrations: readonly Migration[];
}): Promise<void> {
  const { db, tables, migrations } = options;
  const statements = new SqliteStatements(db);
  db.exec("BEGIN IMMEDIATE");
  try {
    db.exec(
      "CREATE TABLE IF NOT EXISTS store_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT",
    );
    const done = versionOf(db);
    checkVersion(done, migrations.length);
    for (const table of tables.values()) db.exec(createTableSql(table));
    listTables(db, tables);
    addMissingChecksums(db, tables);
    createBesideCounts(db);
    for (const [index, { name, migrate }] of migrations.entries()) {
      if (index < done) continue;
      for (const partition of partitionsOf(statements, tables)) {
        const rows = new SqliteRows(statements, partition);
        const tx = new RowTransaction(tables, rows);
        await migrate(tx, partition);
        tx.end();
        if (rows.failure !== undefined) throw rows.failure;
      }
      db.prepare(
        "INSERT INTO store_migrations (number, name) VALUES (?, ?)",
      ).run(index + 1, name);
    }
    db.exec("COMMIT");
  } catch (cause) {
    // Closing the handle, which follows, would undo it as well; this tells the reason even if the rollback cannot.
    tryToRun(() => db.exec("ROLLBACK"));
    throw cause;
  }
}

/** So that one that is gone later is missed. SPEC ST-16. */
function listTables(
  db: SqliteDatabase,
  tables: ReadonlyMap<string, Table<unknown>>,
): void {
  db.exec(
    "CREATE TABLE IF NOT EXISTS store_tables (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
  );
  const listed = new Set(
    db
      .prepare("SELECT name FROM store_tables")
      .all()
      .map((row) => columnOf(row, "name")),
  );
  const insert = db.prepare("INSERT INTO store_tables (name) VALUES (?)");
  for (const name of tables.keys()) if (!listed.has(name)) insert.run(name);
}

/** For tables from before rows had checksums: what lies there then counts as what was written. */
function addMissingChecksums(
  db: SqliteDatabase,
  tables: ReadonlyMap<string, Table<unknown>>,
): void {
  const haveThem = tablesIn(db);
  for (const name of tables.keys()) {
    if (haveThem.has(name)) continue;
    const table = sqlName(name);
    db.exec(
      `ALTER TABLE ${table} ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0`,
    );
    const update = db.prepare(
      `UPDATE ${table} SET checksum = ? WHERE "partition" = ? AND key = ?`,
    );
    visitStoredRows(db, name, (row) => {
      const partition = columnOf(row, "partition");
      const stored = storedRowOf(row);
      if (typeof partition !== "string" || stored === null) return false;
      const { key, value } = stored;
      update.run(rowChecksum(name, partition, key, value), partition, key);
      return true;
    });
  }
}

export function partitionsOf(
  statements: SqliteStatements,
  tables: ReadonlyMap<string, Table<unknown>>,
): string[] {
  return [
    ...new Set(
      [...tables.keys()].flatMap((name) => statements.listPartitions(name)),
    ),
  ];
}

/** Whether it did not throw. */
export function tryToRun(operation: () => unknown): boolean {
  try {
    operation();
    return true;
  } catch {
    return false;
  }
}
