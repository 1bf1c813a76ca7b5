/**
 * Looks through a SQLite file for what is not as it was written: SQLite's own structure, by which rows could be missed, and each row
 * by its checksum. It reads all of it: some 7 ms for each 1,000 rows of a device. SPEC ST-16.
 */
import { columnOf, readStoredRow, type SqliteDatabase } from "./sqlite-rows.ts";
import { visitStoredRows } from "./stored-rows.ts";
import type { Table } from "./table.ts";

export interface StoreDamage {
  /** False where rows can be missing that nobody counts. */
  readonly isStructureSound: boolean;
  readonly tables: readonly TableDamage[];
}

/** Of a table with damaged rows, or one that could not be read to its end. */
export interface TableDamage {
  readonly table: string;
  readonly damagedRowCount: number;
  readonly isReadThrough: boolean;
}

/** Null if nothing is damaged. Never throws for a file that cannot be read. */
export function findDamage(
  db: SqliteDatabase,
  tables: readonly Table<unknown>[],
): StoreDamage | null {
  try {
    const isStructureSound = hasSoundStructure(db);
    const checked = tablesIn(db);
    const damaged = tables
      .filter(({ name }) => checked.has(name))
      .map(({ name }) => visitSoundRows(db, name, () => undefined))
      .filter((found) => found.damagedRowCount > 0 || !found.isReadThrough);
    return isStructureSound && damaged.length === 0
      ? null
      : { isStructureSound, tables: damaged };
  } catch {
    return { isStructureSound: false, tables: [] };
  }
}

/** Gives each row that is as it was written to `keep`. */
export function visitSoundRows(
  db: SqliteDatabase,
  table: string,
  keep: (row: {
    readonly partition: string;
    readonly key: string;
    readonly value: string | Uint8Array;
  }) => void,
): TableDamage {
  let damagedRowCount = 0;
  const visit = (row: unknown) => {
    const partition = columnOf(row, "partition");
    const sound =
      typeof partition === "string"
        ? readStoredRow(table, partition, row)
        : null;
    if (sound === null || typeof partition !== "string") {
      damagedRowCount += 1;
      return false;
    }
    keep({ partition, ...sound });
    return true;
  };
  const isReadThrough = visitStoredRows(db, table, visit, ["checksum"]);
  return { table, damagedRowCount, isReadThrough };
}

/** Names of the tables that have checksums; those of an older file get theirs when it is opened. */
export function tablesIn(db: SqliteDatabase): ReadonlySet<string> {
  const names = db
    .prepare(
      `SELECT substr(name, 4) AS name FROM sqlite_schema
       WHERE type = 'table' AND name LIKE 'kv@_%' ESCAPE '@' AND sql LIKE '%checksum%'`,
    )
    .all()
    .map((row) => columnOf(row, "name"));
  return new Set(names.filter((name) => typeof name === "string"));
}

/** Whether SQLite finds its own structure whole, and every table that once was there. Throws where it cannot tell. */
export function hasSoundStructure(db: SqliteDatabase): boolean {
  const [first] = db.prepare("PRAGMA quick_check(1)").all();
  return columnOf(first, "quick_check") === "ok" && hasItsTables(db);
}

/** A name or a column may have been damaged; a table that is listed has had checksums since. */
function hasItsTables(db: SqliteDatabase): boolean {
  const isListed = db
    .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'store_tables'")
    .get();
  if (isListed === undefined) return true;
  const lost = db
    .prepare(
      `SELECT 1 FROM store_tables
       WHERE 'kv_' || name NOT IN (SELECT name FROM sqlite_schema WHERE sql LIKE '%checksum%') LIMIT 1`,
    )
    .get();
  return lost === undefined;
}
