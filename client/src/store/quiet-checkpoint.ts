/**
 * Moves what was committed from a store's write-ahead log into its file once nobody has written for a moment. By itself SQLite does
 * that within whichever commit makes the log long enough, and that save takes several times as long as others. SPEC CL-27.
 *
 * Nothing that was promised waits for it: what is committed is in the log, and flushed. The log is left empty, so what lies on a
 * device for long lies where it is looked through when the app starts.
 */
import type { SqliteDatabase, Timer, Timers } from "@suture/schema";
import type Database from "better-sqlite3";

const quietMs = 1_000;
/** 32 MB, which only comes together where writing never pauses, as on a device that takes everything in. */
const longestLogPages = 8_000;

export interface QuietCheckpointDeps {
  readonly db: Database.Database;
  readonly timers: Timers;
  /** How long whoever else uses the handle waits for another process. */
  readonly busyTimeoutMs: number;
}

/** The handle that writes. Whoever has committed by it says so. */
export class QuietCheckpoint implements SqliteDatabase {
  readonly #deps: QuietCheckpointDeps;
  #timer: Timer | undefined;

  constructor(deps: QuietCheckpointDeps) {
    this.#deps = deps;
    deps.db.pragma(`wal_autocheckpoint = ${longestLogPages}`);
  }

  prepare(sql: string): Database.Statement {
    return this.#deps.db.prepare(sql);
  }

  exec(sql: string): unknown {
    return this.#deps.db.exec(sql);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#deps.db.close();
  }

  hasCommitted(): void {
    if (!this.#deps.db.open) return;
    this.#timer?.cancel();
    this.#timer = this.#deps.timers.after(quietMs, () => this.#run());
  }

  #run(): void {
    const { db, busyTimeoutMs } = this.#deps;
    // Somebody writes after all, and will say so.
    if (db.inTransaction) return;
    try {
      // Whoever reads meanwhile is not waited for: what can be moved is moved.
      db.pragma("busy_timeout = 0");
      db.pragma("wal_checkpoint(TRUNCATE)");
    } catch {
      // A full or failing disk, of which the next save tells. What was committed is in the log, where it is read from.
    } finally {
      db.pragma(`busy_timeout = ${busyTimeoutMs}`);
    }
  }
}
