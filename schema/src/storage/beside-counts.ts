/** How often whoever works beside the file's own program has committed to each partition. SPEC ST-19. */
import {
  columnOf,
  type SqliteDatabase,
  type SqliteStatements,
} from "./sqlite-rows.ts";

/** By partition; one that is not there has 0. */
export type BesideCounts = ReadonlyMap<string, number>;

const name = "store_beside";

export function createBesideCounts(db: SqliteDatabase): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS ${name} ("partition" TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  );
}

export function besideCounts(statements: SqliteStatements): BesideCounts {
  const rows = statements
    .prepare(`SELECT "partition", count FROM ${name}`)
    .all();
  return new Map(
    rows.map((row) => [
      String(columnOf(row, "partition")),
      Number(columnOf(row, "count")),
    ]),
  );
}

/** Within the transaction that is open. A file of an older program has nobody who asks. */
export function countBeside(
  statements: SqliteStatements,
  partitions: readonly string[],
): void {
  const isCounted = statements
    .prepare("SELECT 1 FROM sqlite_schema WHERE name = ?")
    .get(name);
  if (isCounted === undefined) return;
  const add = statements.prepare(
    `INSERT INTO ${name} ("partition", count) VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1`,
  );
  for (const partition of partitions) add.run(partition);
}
