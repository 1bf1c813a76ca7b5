import {
  openSqliteFile,
  type Salvage,
  type SqliteFileOptions,
  type Store,
  type Timers,
} from "@suture/schema";
import Database from "better-sqlite3";

import { systemDefer, systemTimers } from "../system-runtime.ts";
import { QuietCheckpoint } from "./quiet-checkpoint.ts";
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
  /** The machine's, unless they are given. */
  readonly timers?: Timers;
}

/**
 * A store in a SQLite file, in a directory that exists; two more files lie beside it, `-wal` and `-shm`. Throws a `StoreError`.
 * SPEC ST-8.
 */
export function openSqliteStore({
  file,
  salvage,
  timers = systemTimers,
  onCommit,
  ...options
}: OpenSqliteStoreOptions): Promise<Store> {
  let writer: QuietCheckpoint | undefined;
  const openHandle = (mode: "write" | "read") => {
    const db = new Database(file, {
      readonly: mode === "read",
      timeout: busyTimeoutMs,
    });
    if (mode === "read") return db;
    return (writer = new QuietCheckpoint({ db, timers, busyTimeoutMs }));
  };
  return openSqliteFile({
    ...options,
    openHandle,
    onCommit: (writeCount) => {
      onCommit?.(writeCount);
      writer?.hasCommitted();
    },
    isEmptied: () => isEmptiedFile(file),
    salvage: salvage && { ...salvage, files: salvageFilesOf(file) },
    // What has arrived on sockets by then shares one commit.
    defer: systemDefer,
  });
}
