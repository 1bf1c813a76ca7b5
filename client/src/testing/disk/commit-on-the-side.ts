/** What the files of a SQLite database would be, had one more transaction been committed. */
import Database from "better-sqlite3";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SeededRandom } from "../seeded-random.ts";
import type { Written } from "./failing-writer.ts";

/** The database file, and its write-ahead log where it has one. */
export interface DatabaseFiles {
  readonly database: Uint8Array;
  readonly log: Uint8Array;
}

/** `directory` is used for a moment; it must not be there. The commit is wholly in the log, and the database file as it was. */
export function commitOnTheSide(
  directory: string,
  before: DatabaseFiles,
  written: readonly Written[],
): DatabaseFiles {
  mkdirSync(directory);
  const path = join(directory, "side");
  writeFileSync(path, before.database);
  if (before.log.length > 0) writeFileSync(`${path}-wal`, before.log);
  const handle = new Database(path);
  try {
    handle.pragma("wal_autocheckpoint = 0");
    for (const { sql, parameters } of written)
      handle.prepare(sql).run(...parameters);
    handle.exec("COMMIT");
    return {
      database: readFileSync(path),
      log: readFileSync(`${path}-wal`),
    };
  } finally {
    handle.close();
    rmSync(directory, { recursive: true });
  }
}

const logHeaderBytes = 32;
const frameHeaderBytes = 24;
const pageBytes = 4_096;
const sectorBytes = 512;

/** A log whose last commit was being written when the power went: its beginning, or some of its sectors. */
export function tornLog(
  before: Uint8Array,
  after: Uint8Array,
  random: SeededRandom,
): Uint8Array {
  const torn = new Uint8Array(after.length);
  torn.set(before.subarray(0, after.length));
  const start = firstNewFrame(before, after);
  torn.set(after.subarray(0, start));
  if (random.happens(0.5)) {
    const end = random.between(start, after.length);
    torn.set(after.subarray(start, end), start);
    return torn;
  }
  for (let at = start; at < after.length; at += sectorBytes)
    if (random.happens(0.7)) torn.set(after.subarray(at, at + sectorBytes), at);
  return torn;
}

/** Whole frames, for the bytes in them are never twice the same, and where a run tears must not depend on them. */
function firstNewFrame(before: Uint8Array, after: Uint8Array): number {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at += 1;
  if (at < logHeaderBytes) return 0;
  const frameBytes = frameHeaderBytes + pageBytes;
  return at - ((at - logHeaderBytes) % frameBytes);
}
