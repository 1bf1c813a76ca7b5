/** Handles on the server's store. */
import Database from "better-sqlite3";

/** How long to wait while another process, such as a backup, holds the file. The event loop stands still meanwhile. */
const busyTimeoutMs = 5_000;

/** A system keeps what was read of a file: more here, for each handle, is memory that saves next to nothing. */
const cacheKibibytes = 2_000;
/**
 * 16 MB, after which the log is moved into the file, within a commit. By SQLite's own default, a quarter of that, a storm spends an eighth
 * of its time on it, since the same pages are moved again and again.
 */
export const longestLogPages = 4_000;

export function openHandle(
  file: string,
  mode: "write" | "read",
): Database.Database {
  const readonly = mode === "read";
  const db = new Database(file, { readonly, timeout: busyTimeoutMs });
  try {
    db.pragma(`cache_size = -${cacheKibibytes}`);
    db.pragma(`wal_autocheckpoint = ${longestLogPages}`);
  } catch {
    // A damaged file, of which whoever looks through it tells.
  }
  return db;
}
