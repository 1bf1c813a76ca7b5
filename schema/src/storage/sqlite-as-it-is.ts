/**
 * Takes a SQLite file in the form it has, of this version or an older one: for whoever works on it beside a process of an older program,
 * or only looks. Nothing of the file is changed. SPEC ST-18.
 */
import { tablesIn } from "./find-damage.ts";
import { columnOf, sqlName, type SqliteDatabase } from "./sqlite-rows.ts";
import { checkVersion, versionOf } from "./sqlite-version.ts";
import { StoreError } from "./store.ts";
import type { Table } from "./table.ts";

/** For each handle on the file. Throws a `StoreError`. */
export function takeSqliteFile(options: {
  readonly db: SqliteDatabase;
  readonly tables: ReadonlyMap<string, Table<unknown>>;
  readonly knownVersion: number;
}): void {
  const { db, tables, knownVersion } = options;
  checkVersion(versionOf(db), knownVersion);
  const there = new Set(
    db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map((row) => columnOf(row, "name")),
  );
  const readable = tablesIn(db);
  for (const name of tables.keys()) {
    if (readable.has(name)) continue;
    if (there.has(`kv_${name}`))
      throw new StoreError(
        "store-failed",
        `table ${name} is from before there were checksums`,
      );
    // Of this handle alone. It has no rows, and what is put there is refused: it would be lost.
    db.exec(
      `CREATE TEMP VIEW ${sqlName(name)} AS
       SELECT '' AS "partition", '' AS key, '' AS value, 0 AS checksum WHERE false`,
    );
  }
}
