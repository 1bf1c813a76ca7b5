/**
 * Groups of works whose rows another thread writes, while the works of the next groups run on what is on its way. What goes there and
 * what comes back is plain data. SPEC ST-19.
 */
import { besideCounts, type BesideCounts } from "./beside-counts.ts";
import {
  allUnwritten,
  commitRows,
  makeDurable,
  undoTransaction,
  type PartitionRows,
  type Unwritten,
} from "./commit-rows.ts";
import { SqliteStatements, type SqliteDatabase } from "./sqlite-rows.ts";
import { StoreError, type StoreErrorCode } from "./store.ts";

export interface HandedGroup {
  /** From 1, in the order in which they are handed over. */
  readonly number: number;
  /** Of the last group whose outcome was known when the works began to read. */
  readonly knownNumber: number;
  /** As they were when the first of what they read was read: of a group that was on its way then, or by themselves. */
  readonly besideCounts: BesideCounts;
  readonly written: readonly PartitionRows[];
}

/** Of a partition whose rows are not written. */
export interface HandedFailure {
  readonly partition: string;
  readonly code: StoreErrorCode;
  readonly message: string;
}

/** Somewhere else, where groups are written in the order in which they come. */
export interface WriteThread {
  /** Resolves once all that it does not name is durable. Rejects if nobody knows, and never works again from then on. */
  write(group: HandedGroup): Promise<readonly HandedFailure[]>;
  /** Lets go of the file. Nothing is on its way. */
  close(): Promise<void>;
}

/** What such a thread does, with a handle of its own. */
export class HandedGroups {
  readonly #statements: SqliteStatements;
  /** In which group a partition last failed that somebody may have read since without knowing. */
  readonly #failedIn = new Map<string, number>();

  constructor(db: SqliteDatabase) {
    makeDurable(db);
    this.#statements = new SqliteStatements(db);
  }

  /** Never throws. */
  write(group: HandedGroup): readonly HandedFailure[] {
    for (const [partition, number] of this.#failedIn)
      if (number <= group.knownNumber) this.#failedIn.delete(partition);
    const isSound = ({ partition }: PartitionRows) =>
      !this.#failedIn.has(partition);
    const sound = group.written.filter(isSound);
    const unsound = group.written.filter((rows) => !isSound(rows));
    const failures = new Map([
      ...allUnwritten(unsound, readUnwritten()),
      ...this.#commit(sound, group.besideCounts),
    ]);
    for (const partition of failures.keys())
      this.#failedIn.set(partition, group.number);
    return [...failures].map(([partition, { code, message }]) => ({
      partition,
      code,
      message,
    }));
  }

  #commit(written: readonly PartitionRows[], seen: BesideCounts): Unwritten {
    if (written.length === 0) return new Map();
    const statements = this.#statements;
    try {
      statements.run("BEGIN IMMEDIATE");
      const counts = besideCounts(statements);
      const isAsSeen = ({ partition }: PartitionRows) =>
        counts.get(partition) === seen.get(partition);
      const stale = written.filter((rows) => !isAsSeen(rows));
      return new Map([
        ...allUnwritten(stale, writtenBeside()),
        ...commitRows(statements, written.filter(isAsSeen)),
      ]);
    } catch (cause) {
      undoTransaction(statements);
      return allUnwritten(written, cause);
    }
  }
}

function readUnwritten(): StoreError {
  return new StoreError(
    "store-failed",
    "what was written before, and had been read, could not be stored",
  );
}

function writtenBeside(): StoreError {
  return new StoreError(
    "store-failed",
    "another program has written to the store's file meanwhile",
  );
}
