import {
  openSqliteFile,
  type SqliteFileOptions,
  type Store,
} from "@suture/schema";
import Database from "better-sqlite3";
import { systemDefer } from "../system-runtime.ts";

/** How long to wait while another process, such as a backup, holds the file. The event loop stands still meanwhile. */
const busyTimeoutMs = 5_000;

export interface OpenSqliteStoreOptions extends Omit<
  SqliteFileOptions,
  "openHandle" | "defer"
> {
  /** Path of the file; created if absent. */
  readonly file: string;
}

/**
 * A store in a SQLite file, in a directory that exists; two more files lie beside it, `-wal` and `-shm`. Throws a `StoreError`.
 * SPEC ST-8.
 */
export function openSqliteStore({
  file,
  ...options
}: OpenSqliteStoreOptions): Promise<Store> {
  return openSqliteFile({
    ...options,
    openHandle: (mode) =>
      new Database(file, { readonly: mode === "read", timeout: busyTimeoutMs }),
    // What has arrived on sockets by then shares one commit.
    defer: systemDefer,
  });
}
