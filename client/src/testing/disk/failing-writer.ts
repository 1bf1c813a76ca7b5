/**
 * The handle that writes to a file of a simulated disk: SQLite itself, but for the calls that go wrong, which end as they would
 * if the system's write or fsync had failed below SQLite.
 */
import type { SqliteDatabase, SqliteStatement } from "@suture/schema";
import Database from "better-sqlite3";

import type { ActiveDiskFaults } from "./active-disk-faults.ts";

/** A statement of a transaction, to be run again. */
export interface Written {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface FailingWriterDeps {
  readonly handle: Database.Database;
  readonly faults: ActiveDiskFaults;
  /** Whether SQLite gives up the transaction at a failed write, as it may. */
  givesUp(): boolean;
  beforeBegin(): void;
  afterCommit(): void;
  /** The commit of these was written, all but its fsync, which failed. */
  onUnsynced(written: readonly Written[]): void;
  /** The machine dies in the middle of writing the commit of these. */
  dieTorn(written: readonly Written[]): void;
  die(): void;
}

type StorageCall = "begin" | "other" | "row" | "commit" | "rollback";

export class FailingWriter implements SqliteDatabase {
  readonly #deps: FailingWriterDeps;
  /** What the open transaction has done so far. */
  #written: Written[] = [];
  #rowCount = 0;

  constructor(deps: FailingWriterDeps) {
    this.#deps = deps;
  }

  prepare(sql: string): SqliteStatement {
    const statement = this.#deps.handle.prepare(sql);
    const call = storageCallOf(sql);
    if (call === undefined) return statement;
    return {
      run: (...parameters) =>
        this.#make(call, { sql, parameters }, () =>
          statement.run(...parameters),
        ),
      get: (...parameters) => statement.get(...parameters),
      all: (...parameters) => statement.all(...parameters),
    };
  }

  exec(sql: string): unknown {
    const run = () => this.#deps.handle.exec(sql);
    const call = storageCallOf(sql);
    return call === undefined
      ? run()
      : this.#make(call, { sql, parameters: [] }, run);
  }

  close(): unknown {
    return this.#deps.handle.close();
  }

  #make(call: StorageCall, written: Written, run: () => unknown): unknown {
    const { faults } = this.#deps;
    if (call === "begin") {
      this.#written = [];
      this.#rowCount = 0;
      this.#deps.beforeBegin();
    }
    if (call !== "other" && call !== "rollback") this.#mayDie();
    if (call === "row") {
      this.#rowCount += 1;
      if (faults.strikes("writeFails")) this.#failWrite();
    }
    if (call === "commit") this.#mayFailCommit();
    else this.#written.push(written);
    const result = noticingFullDisk(run, faults);
    if (call === "commit") {
      this.#deps.afterCommit();
      this.#mayDie();
    }
    return result;
  }

  #mayDie(): void {
    if (!this.#deps.faults.strikes("crashesAt")) return;
    this.#deps.die();
    throw dead();
  }

  #failWrite(): never {
    if (this.#deps.givesUp()) this.#giveUpTransaction();
    throw new Database.SqliteError("disk I/O error", "SQLITE_IOERR_WRITE");
  }

  #mayFailCommit(): void {
    const { faults } = this.#deps;
    if (this.#rowCount === 0) return;
    if (faults.isFull) {
      faults.felt("diskFull");
      this.#giveUpTransaction();
      throw new Database.SqliteError("database or disk is full", "SQLITE_FULL");
    }
    if (faults.strikes("commitFails")) {
      this.#deps.onUnsynced(this.#written);
      this.#giveUpTransaction();
      throw new Database.SqliteError("disk I/O error", "SQLITE_IOERR_FSYNC");
    }
    if (faults.strikes("tornCommit")) {
      this.#deps.dieTorn(this.#written);
      throw dead();
    }
  }

  /** As SQLite does by itself where a commit cannot be written. */
  #giveUpTransaction(): void {
    this.#deps.handle.exec("ROLLBACK");
  }
}

const callsByFirstWord: Readonly<Record<string, StorageCall>> = {
  BEGIN: "begin",
  SAVEPOINT: "other",
  RELEASE: "other",
  CREATE: "other",
  INSERT: "row",
  DELETE: "row",
  COMMIT: "commit",
  ROLLBACK: "rollback",
};

function storageCallOf(sql: string): StorageCall | undefined {
  if (sql.startsWith("ROLLBACK TO")) return "other";
  return callsByFirstWord[/^[A-Z]+/.exec(sql)?.[0] ?? ""];
}

function noticingFullDisk(
  run: () => unknown,
  faults: ActiveDiskFaults,
): unknown {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof Database.SqliteError && cause.code === "SQLITE_FULL")
      faults.felt("diskFull");
    throw cause;
  }
}

/** Nobody hears of it: the process that asked is dead. */
function dead(): Error {
  return new Database.SqliteError("the machine is off", "SQLITE_ABORT");
}
