/**
 * Opens a store in a SQLite file, such that a resolved write has been flushed to the disk. SPEC ST-8.
 *
 * WAL with `synchronous=FULL`: one fsync before every commit returns, and readers that never wait for the writer.
 */
import Database from "better-sqlite3";
import {
  createSqliteStore,
  StoreError,
  type Migration,
  type Store,
  type Table,
} from "@suture/schema";

export interface SqliteFileOptions {
  /** Path of the file; created if absent, in a directory that exists. Two more lie beside it: `-wal` and `-shm`. */
  readonly file: string;
  readonly tables: readonly Table<unknown>[];
  readonly migrations: readonly Migration[];
  /** Told how many writes each commit made durable. */
  readonly onCommit?: (writeCount: number) => void;
}

/** How long to wait while another process, such as a backup, holds the file. The event loop stands still meanwhile. */
const busyTimeoutMs = 5_000;

/** Throws a `StoreError`; `store-too-new` for a file of a later version. */
export async function openSqliteStore(
  options: SqliteFileOptions,
): Promise<Store> {
  const { writer, reader } = openHandles(options.file);
  const { tables, migrations, onCommit } = options;
  // After the sockets that are ready now have been read, so that what they brought shares one commit.
  return createSqliteStore({
    writer,
    reader,
    tables,
    migrations,
    defer: setImmediate,
    onCommit,
  });
}

function openHandles(file: string): {
  readonly writer: Database.Database;
  readonly reader: Database.Database;
} {
  const opened: Database.Database[] = [];
  try {
    const writer = new Database(file, { timeout: busyTimeoutMs });
    opened.push(writer);
    writer.pragma("journal_mode = WAL");
    writer.pragma("synchronous = FULL");
    // On macOS only this reaches the disk; elsewhere it changes nothing.
    writer.pragma("fullfsync = ON");
    const reader = new Database(file, {
      readonly: true,
      timeout: busyTimeoutMs,
    });
    opened.push(reader);
    return { writer, reader };
  } catch (cause) {
    for (const handle of opened) handle.close();
    const isNoDatabase =
      cause instanceof Database.SqliteError && cause.code === "SQLITE_NOTADB";
    throw new StoreError(
      isNoDatabase ? "store-damaged" : "store-failed",
      "the store's file cannot be opened",
      {
        cause,
      },
    );
  }
}
