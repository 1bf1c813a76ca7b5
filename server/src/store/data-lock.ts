/**
 * One process at a time on a data directory. A server keeps indexes in memory, so another process that writes beside it would
 * go unnoticed: nobody's devices would be told.
 *
 * The lock is an open transaction in a small database of its own, `suture.lock`: the system lets go of it when its process
 * ends, however it ends, so there is never a stale one to remove by hand.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { err, ok, type Result } from "@suture/schema";

export interface DataLock {
  release(): void;
}

export type DataLockProblem =
  | { readonly code: "data-in-use" }
  | { readonly code: "data-unusable"; readonly cause: unknown };

/** Creates the directory if it is absent. Errors: `data-in-use` while another process holds it, at once. */
export function lockData(directory: string): Result<DataLock, DataLockProblem> {
  let handle: Database.Database | undefined;
  try {
    mkdirSync(directory, { recursive: true });
    handle = new Database(join(directory, "suture.lock"), { timeout: 0 });
    handle.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    handle?.close();
    const isHeld =
      cause instanceof Database.SqliteError && cause.code === "SQLITE_BUSY";
    return err(
      isHeld ? { code: "data-in-use" } : { code: "data-unusable", cause },
    );
  }
  const held = handle;
  return ok({ release: () => void held.close() });
}

/** Where the store lies in a data directory. */
export function storeFileIn(directory: string): string {
  return join(directory, "suture.db");
}
