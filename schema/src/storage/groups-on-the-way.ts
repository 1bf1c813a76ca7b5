/** What a store knows of the groups that its other thread is writing. SPEC ST-19. */
import type { BesideCounts } from "./beside-counts.ts";
import type { Unwritten } from "./commit-rows.ts";
import type { GroupWrites } from "./group-writes.ts";
import type { HandedFailure, WriteThread } from "./handed-groups.ts";
import { StoreError } from "./store.ts";

/** So many at a time: enough that neither thread waits for the other where one of them is slow for a moment. */
const maxOnTheWay = 3;
/** Then all of them are waited for: SQLite begins its log anew only when nobody reads it, and grows it by 3 MB with each group until then. */
const maxInARow = 32;

/** What works that begin now read, over what is committed. */
export interface WaySeen {
  readonly knownNumber: number;
  /** The latest last. */
  readonly writes: readonly GroupWrites[];
  /** Of the first of them. What somebody beside has committed since they may hide. */
  readonly besideCounts: BesideCounts;
}

interface GroupOnTheWay {
  readonly writes: GroupWrites;
  readonly besideCounts: BesideCounts;
}

export class GroupsOnTheWay {
  readonly #thread: WriteThread;
  #groups: readonly GroupOnTheWay[] = [];
  #lastNumber = 0;
  /** How many were handed over since none was on its way. */
  #countInARow = 0;
  #knownNumber = 0;
  /** None begins until all are through: what failed may have been read by those behind it, and by nobody else then. */
  #isDraining = false;
  #isThreadGone = false;
  #listeners: (() => void)[] = [];

  constructor(thread: WriteThread) {
    this.#thread = thread;
  }

  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  /** False once the thread has ended by itself. */
  get isOpen(): boolean {
    return !this.#isThreadGone;
  }

  get seen(): WaySeen {
    return {
      knownNumber: this.#knownNumber,
      writes: this.#groups.map(({ writes }) => writes),
      besideCounts: this.#groups[0]?.besideCounts ?? new Map(),
    };
  }

  /** `onSettled` is called once, with nothing of its group, or of one before it, unsettled. */
  hand(
    writes: GroupWrites,
    { knownNumber, besideCounts }: WaySeen,
    onSettled: (unwritten: Unwritten) => void,
  ): void {
    const written = writes.rows();
    const group = { writes, besideCounts };
    const number = (this.#lastNumber += 1);
    this.#countInARow += 1;
    this.#groups = [...this.#groups, group];
    const settle = (unwritten: Unwritten) => {
      this.#groups = this.#groups.filter((other) => other !== group);
      this.#knownNumber = number;
      if (unwritten.size > 0) this.#isDraining = true;
      if (this.isEmpty) [this.#isDraining, this.#countInARow] = [false, 0];
      for (const listener of this.#listeners.splice(0)) listener();
      onSettled(unwritten);
    };
    void this.#thread
      .write({ number, knownNumber, besideCounts, written })
      .then(unwrittenOf, () => {
        this.#isThreadGone = true;
        return new Map(
          written.map(({ partition }) => [partition, threadGone()]),
        );
      })
      .then(settle);
  }

  /** Resolves when another group may begin. */
  async room(): Promise<void> {
    if (this.#countInARow >= maxInARow) this.#isDraining = true;
    while (
      this.#groups.length >= maxOnTheWay ||
      (this.#isDraining && !this.isEmpty)
    )
      await this.#next();
  }

  async close(): Promise<void> {
    while (!this.isEmpty) await this.#next();
    await this.#thread.close();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }
}

function unwrittenOf(failures: readonly HandedFailure[]): Unwritten {
  return new Map(
    failures.map(({ partition, code, message }) => [
      partition,
      new StoreError(code, message),
    ]),
  );
}

function threadGone(): StoreError {
  return new StoreError(
    "store-failed",
    "the thread that writes to the store's file has ended",
  );
}
