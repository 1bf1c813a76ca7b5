/**
 * Opens a store in a SQLite file, such that a resolved write has been flushed to the disk. SPEC ST-8.
 *
 * WAL with `synchronous=FULL`: one fsync before every commit returns, and readers that never wait for the writer. The driver
 * is given, since what both sides share touches no disk itself.
 */
import { toStoreError, type SqliteDatabase } from "./sqlite-rows.ts";
import { createSqliteStore, type SqliteStoreOptions } from "./sqlite-store.ts";
import type { Store } from "./store.ts";

export interface SqliteFileOptions extends Omit<
  SqliteStoreOptions,
  "writer" | "reader"
> {
  /** A new handle on the file, which the writing one creates if it is absent. */
  openHandle(mode: "write" | "read"): SqliteDatabase;
}

const durable = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = FULL",
  // On macOS only this reaches the disk; elsewhere it changes nothing.
  "PRAGMA fullfsync = ON",
];

/** Throws a `StoreError`; `store-too-new` for a file of a later version. */
export async function openSqliteFile({
  openHandle,
  ...options
}: SqliteFileOptions): Promise<Store> {
  const opened: SqliteDatabase[] = [];
  try {
    const writer = openHandle("write");
    opened.push(writer);
    for (const pragma of durable) writer.exec(pragma);
    const reader = openHandle("read");
    opened.push(reader);
    return await createSqliteStore({ ...options, writer, reader });
  } catch (cause) {
    for (const handle of opened) handle.close();
    throw toStoreError(cause);
  }
}
