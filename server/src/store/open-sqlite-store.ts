import {
  openSqliteFile,
  type SqliteFileOptions,
  type Store,
} from "@suture/schema";
import { statSync } from "node:fs";
import { systemDefer } from "../system-runtime.ts";
import { openHandle } from "./open-handle.ts";
import {
  startWriteThread,
  type WriteThreadListener,
} from "./start-write-thread.ts";

/** SQLite's smallest page: what is shorter, it takes for a new file. */
const smallestFileBytes = 512;

export interface OpenSqliteStoreOptions extends Omit<
  SqliteFileOptions,
  "openHandle" | "defer" | "isEmptied" | "startWriteThread"
> {
  /** Path of the file; created if absent. */
  readonly file: string;
  /** Large groups of works are written in a thread of their own: for whoever has something else to do meanwhile. */
  readonly writeThread?: WriteThreadListener;
}

/**
 * A store in a SQLite file, in a directory that exists; two more files lie beside it, `-wal` and `-shm`. Throws a `StoreError`;
 * a damaged file is refused as it is. SPEC ST-8, ST-16.
 */
export function openSqliteStore({
  file,
  writeThread,
  ...options
}: OpenSqliteStoreOptions): Promise<Store> {
  return openSqliteFile({
    ...options,
    openHandle: (mode) => openHandle(file, mode),
    startWriteThread:
      writeThread && (() => startWriteThread(file, writeThread)),
    isEmptied: () =>
      (statSync(file, { throwIfNoEntry: false })?.size ?? Infinity) <
      smallestFileBytes,
    // What has arrived on sockets by then shares one commit.
    defer: systemDefer,
  });
}
