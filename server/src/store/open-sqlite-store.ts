import {
  openSqliteFile,
  type SqliteFileOptions,
  type Store,
} from "@suture/schema";
import Database from "better-sqlite3";
import { statSync } from "node:fs";
import { systemDefer } from "../system-runtime.ts";

/** How long to wait while another process, such as a backup, holds the file. The event loop stands still meanwhile. */
const busyTimeoutMs = 5_000;

/** SQLite's smallest page: what is shorter, it takes for a new file. */
const smallestFileBytes = 512;

/** A system keeps what was read of a file: more here, for each handle, is memory that saves next to nothing. */
const cacheKibibytes = 2_000;
/**
 * 16 MB, after which the log is moved into the file, within a commit. By SQLite's own default, a quarter of that, a storm spends an eighth
 * of its time on it, since the same pages are moved again and again.
 */
export const longestLogPages = 4_000;

export interface OpenSqliteStoreOptions extends Omit<
  SqliteFileOptions,
  "openHandle" | "defer" | "isEmptied"
> {
  /** Path of the file; created if absent. */
  readonly file: string;
}

/**
 * A store in a SQLite file, in a directory that exists; two more files lie beside it, `-wal` and `-shm`. Throws a `StoreError`;
 * a damaged file is refused as it is. SPEC ST-8, ST-16.
 */
export function openSqliteStore({
  file,
  ...options
}: OpenSqliteStoreOptions): Promise<Store> {
  return openSqliteFile({
    ...options,
    openHandle(mode) {
      const readonly = mode === "read";
      const db = new Database(file, { readonly, timeout: busyTimeoutMs });
      try {
        db.pragma(`cache_size = -${cacheKibibytes}`);
        db.pragma(`wal_autocheckpoint = ${longestLogPages}`);
      } catch {
        // A damaged file, of which whoever looks through it tells.
      }
      return db;
    },
    isEmptied: () =>
      (statSync(file, { throwIfNoEntry: false })?.size ?? Infinity) <
      smallestFileBytes,
    // What has arrived on sockets by then shares one commit.
    defer: systemDefer,
  });
}
