import {
  openSqliteFile,
  type Salvage,
  type SqliteFileOptions,
  type Store,
} from "@suture/schema";
import Database from "better-sqlite3";

import { systemDefer } from "../system-runtime.ts";
import { isEmptiedFile, salvageFilesOf } from "./salvage-files.ts";

/** How long to wait while another process, such as a backup, holds the file. The event loop stands still meanwhile. */
const busyTimeoutMs = 5_000;

export interface OpenSqliteStoreOptions extends Omit<
  SqliteFileOptions,
  "openHandle" | "defer" | "isEmptied" | "salvage"
> {
  /** Path of the file; created if absent. */
  readonly file: string;
  /** What becomes of a damaged file; without it, it is refused. */
  readonly salvage?: Omit<Salvage, "files">;
}

/**
 * A store in a SQLite file, in a directory that exists; two more files lie beside it, `-wal` and `-shm`. Throws a `StoreError`.
 * SPEC ST-8.
 */
export function openSqliteStore({
  file,
  salvage,
  ...options
}: OpenSqliteStoreOptions): Promise<Store> {
  return openSqliteFile({
    ...options,
    openHandle: (mode) =>
      new Database(file, { readonly: mode === "read", timeout: busyTimeoutMs }),
    isEmptied: () => isEmptiedFile(file),
    salvage: salvage && { ...salvage, files: salvageFilesOf(file) },
    // What has arrived on sockets by then shares one commit.
    defer: systemDefer,
  });
}
