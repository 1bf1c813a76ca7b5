import type Database from "better-sqlite3";

/** Whoever can change rows can give them checksums that fit: the next opening does it for them, as for a file from before there were any. */
export function forgeChecksums(db: Database.Database): void {
  const tables = db
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'kv@_%' ESCAPE '@'",
    )
    .all();
  for (const { name } of tables)
    db.exec(`ALTER TABLE ${name} DROP COLUMN checksum`);
  db.exec("DROP TABLE store_tables");
}
