/**
 * Takes a SQLite file in the form it has, of this version or an older one: for whoever works on it beside a process of an older program,
 * or only looks. Nothing of the file is changed. SPEC ST-18.
 */
import { tablesIn } from "./find-damage.ts";
import {
  columnOf,
  sqlName,
  type SqliteDatabase,
  type SqliteStatements,
} from "./sqlite-rows.ts";
import { checkVersion, versionOf } from "./sqlite-version.ts";
import { StoreError } from "./store.ts";
import type { Table } from "./table.ts";

/** How often whoever works beside the file's own program has committed. Only a file that was prepared has the number. */
const besideTable = "store_beside";

/** Writes nothing where it is there. */
export function createBesideCount(db: SqliteDatabase): void {
  if (hasBesideCount(db)) return;
  db.exec(`CREATE TABLE ${besideTable} (count INTEGER NOT NULL) STRICT`);
  db.exec(`INSERT INTO ${besideTable} (count) VALUES (0)`);
}

export function besideCount(statements: SqliteStatements): number {
  const row = statements.prepare(`SELECT count FROM ${besideTable}`).get();
  return Number(columnOf(row, "count"));
}

/** Within the transaction that is open. A file of an older program has nobody who asks. */
export function countBeside(statements: SqliteStatements): void {
  if (hasBesideCount(statements))
    statements.run(`UPDATE ${besideTable} SET count = count + 1`);
}

function hasBesideCount(db: Pick<SqliteDatabase, "prepare">): boolean {
  const found = db
    .prepare("SELECT 1 FROM sqlite_schema WHERE name = ?")
    .get(besideTable);
  return found !== undefined;
}

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
