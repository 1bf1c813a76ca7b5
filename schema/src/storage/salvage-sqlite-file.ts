/**
 * Saves what is left of a damaged SQLite file: everything undamaged goes to a new file, which takes the place of the old one; the old
 * one is kept as it is under another name. Cut off anywhere, it is done again, or finished, the next time. SPEC ST-17.
 */
import {
  hasSoundStructure,
  tablesIn,
  visitSoundRows,
  type StoreDamage,
  type TableDamage,
} from "./find-damage.ts";
import { RowTransaction } from "./row-transaction.ts";
import { prepareSqliteFile } from "./sqlite-migrations.ts";
import {
  columnOf,
  SqliteRows,
  SqliteStatements,
  type SqliteDatabase,
} from "./sqlite-rows.ts";
import type { WriteTransaction } from "./store.ts";
import { tablesByName, type Table } from "./table.ts";

/** Where a damaged file lies, and what becomes of it. */
export interface SalvageFiles {
  /** Ends a replacement that was cut off. */
  finish(): void;
  /** A handle on the damaged file that makes do with what it finds. Throws where it can do nothing with it. */
  openDamaged(): SqliteDatabase;
  /** A handle on a new, empty file beside it. */
  openNew(): SqliteDatabase;
  /** Under which name the damaged file will be kept. */
  keptAs(): string;
  /** Keeps the damaged file, and puts the new one in its place. Neither is open. */
  replace(): void;
}

export interface Salvage {
  readonly files: SalvageFiles;
  /** Writes down, among what was saved, what happened: so that it is told however often the program is killed meanwhile. */
  readonly partition: string;
  readonly note: (tx: WriteTransaction, salvaged: Salvaged) => Promise<void>;
}

export interface Salvaged extends StoreDamage {
  readonly keptAs: string;
}

export async function salvageSqliteFile(
  tables: readonly Table<unknown>[],
  { files, partition, note }: Salvage,
): Promise<void> {
  const damaged = openDamaged(files);
  const db = files.openNew();
  try {
    db.exec("PRAGMA synchronous = FULL");
    const byName = tablesByName(tables);
    await prepareSqliteFile({ db, tables: byName, migrations: [] });
    db.exec("BEGIN");
    const statements = new SqliteStatements(db);
    const damage = copyAll(damaged, statements, tables);
    const tx = new RowTransaction(
      byName,
      new SqliteRows(statements, partition),
    );
    await note(tx, { ...damage, keptAs: files.keptAs() });
    tx.end();
    db.exec("COMMIT");
  } finally {
    db.close();
    damaged?.close();
  }
  files.replace();
}

function openDamaged(files: SalvageFiles): SqliteDatabase | null {
  try {
    return files.openDamaged();
  } catch {
    return null;
  }
}

function copyAll(
  damaged: SqliteDatabase | null,
  to: SqliteStatements,
  tables: readonly Table<unknown>[],
): StoreDamage {
  if (damaged === null) return { isStructureSound: false, tables: [] };
  const found: TableDamage[] = [];
  try {
    const readable = tablesIn(damaged);
    for (const { name } of tables)
      if (readable.has(name)) found.push(copyTable(damaged, to, name));
    copyMigrations(damaged, to);
    return {
      isStructureSound: hasSoundStructure(damaged),
      tables: found.filter(isDamaged),
    };
  } catch {
    return { isStructureSound: false, tables: found.filter(isDamaged) };
  }
}

function copyTable(
  from: SqliteDatabase,
  to: SqliteStatements,
  table: string,
): TableDamage {
  const rowsByPartition = new Map<string, SqliteRows>();
  return visitSoundRows(from, table, ({ partition, key, value }) => {
    let rows = rowsByPartition.get(partition);
    if (rows === undefined) {
      rows = new SqliteRows(to, partition);
      rowsByPartition.set(partition, rows);
    }
    rows.put(table, key, value);
  });
}

/** The new file has come as far as the old one. */
function copyMigrations(from: SqliteDatabase, to: SqliteStatements): void {
  const insert = to.prepare(
    "INSERT INTO store_migrations (number, name) VALUES (?, ?)",
  );
  for (const row of from
    .prepare("SELECT number, name FROM store_migrations")
    .all())
    insert.run(columnOf(row, "number"), columnOf(row, "name"));
}

function isDamaged({ damagedRowCount, isReadThrough }: TableDamage): boolean {
  return damagedRowCount > 0 || !isReadThrough;
}
