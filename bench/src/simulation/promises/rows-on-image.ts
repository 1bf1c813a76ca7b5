/** The rows of a disk as it was at one moment, read by plain SQL: of a damaged one, those that SQLite still finds. */
import type { DiskImage } from "@suture/client/testing";
import Database from "better-sqlite3";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

/** By table, the text of each row: of all its columns, so that one that is otherwise in any of them is another row. */
export type RowsOnImage = ReadonlyMap<string, ReadonlySet<string>>;

export function rowsOnImage(image: DiskImage, file: string): RowsOnImage {
  const folder = mkdtempSync(join(tmpdir(), "suture-image-"));
  try {
    for (const [name, bytes] of image)
      if (name === file || name === `${file}-wal`)
        writeFileSync(join(folder, name), bytes);
    return readTables(join(folder, file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readTables(path: string): RowsOnImage {
  const rows = new Map<string, Set<string>>();
  let db: Database.Database | undefined;
  try {
    db = new Database(path);
    const names = namesSchema.parse(
      db
        .prepare(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'kv@_%' ESCAPE '@'",
        )
        .all(),
    );
    for (const { name } of names) rows.set(name, readTable(db, name));
  } catch (cause) {
    if (!(cause instanceof Database.SqliteError)) throw cause;
  } finally {
    db?.close();
  }
  return rows;
}

/** As far as it can be read. */
function readTable(db: Database.Database, name: string): Set<string> {
  const found = new Set<string>();
  try {
    for (const row of db.prepare(`SELECT * FROM ${name}`).raw().iterate())
      found.add(JSON.stringify(rowSchema.parse(row).map(readable)));
  } catch (cause) {
    if (!(cause instanceof Database.SqliteError)) throw cause;
  }
  return found;
}

/** Bytes as base64. */
function readable(column: unknown): unknown {
  return Buffer.isBuffer(column) ? column.toString("base64") : column;
}

const rowSchema = z.array(z.unknown());
const namesSchema = z.array(z.object({ name: z.string() }));
