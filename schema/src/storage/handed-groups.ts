/**
 * Groups of works whose rows another thread writes, while the works of the next groups run on what is on its way. What goes there and
 * what comes back is plain data. SPEC ST-19.
 */
import {
  allUnwritten,
  commitRows,
  makeDurable,
  type PartitionRows,
  type Unwritten,
} from "./commit-rows.ts";
import { besideCount } from "./sqlite-as-it-is.ts";
import { SqliteStatements, type SqliteDatabase } from "./sqlite-rows.ts";
import { StoreError, type StoreErrorCode } from "./store.ts";

export interface HandedGroup {
  /** From 1, in the order in which they are handed over. */
  readonly number: number;
  /** Of the last group whose outcome was known when the works began to read. */
  readonly knownNumber: number;
  /** What `besideCount` gave when they began to read. */
  readonly besideCount: number;
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
      ...this.#commit(sound, group.besideCount),
    ]);
    for (const partition of failures.keys())
      this.#failedIn.set(partition, group.number);
    return [...failures].map(([partition, { code, message }]) => ({
      partition,
      code,
      message,
    }));
  }

  #commit(written: readonly PartitionRows[], seenCount: number): Unwritten {
    if (written.length === 0) return new Map();
    try {
      this.#statements.run("BEGIN IMMEDIATE");
      if (besideCount(this.#statements) === seenCount)
        return commitRows(this.#statements, written);
      this.#statements.run("ROLLBACK");
      return allUnwritten(written, writtenBeside());
    } catch (cause) {
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
