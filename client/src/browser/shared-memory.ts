/** What one tab, or worker, knows of the tables in memory: shared by its reads and writes, and kept for the next time it is opened. */
import { keepTable, loadKept } from "./kept-memory.ts";
import {
  ofPlace,
  placeInMemory,
  type HeldTable,
  type Memory,
  type MemoryWrite,
  withCommit,
} from "./memory-tables.ts";
import type { RowSealer } from "./row-sealing.ts";
import type { StoreDatabase } from "./store-database.ts";

/** A copy that is further behind is replaced: reading what happened since costs as much as it saves. */
const maxCommitsBehind = 256;
const maxWritesBehind = 4_000;

interface Kept {
  /** -1 where there is none. */
  readonly commitNumber: number;
  readonly writeCount: number;
}

export class SharedMemory {
  readonly #db: StoreDatabase;
  readonly #sealer: RowSealer;
  /** Of what the copies are. */
  readonly #keptAt = new Map<string, Kept>();
  #memory: Memory = new Map();
  #filling: Promise<void> | undefined;
  #keeping: Promise<unknown> = Promise.resolve();
  /** The last commits that were all this tab's own: behind the first number, up to the second. */
  #ownCommits: readonly [from: number, to: number] = [-1, -1];

  constructor(db: StoreDatabase, sealer: RowSealer) {
    this.#db = db;
    this.#sealer = sealer;
  }

  get memory(): Memory {
    return this.#memory;
  }

  /** While somebody fills a table, so that others wait for it rather than do it again. */
  get filling(): Promise<void> | undefined {
    return this.#filling;
  }

  async fillBy(filling: Promise<void>): Promise<void> {
    const settled = filling.catch(() => undefined);
    this.#filling = settled;
    try {
      await filling;
    } finally {
      if (this.#filling === settled) this.#filling = undefined;
    }
  }

  /** Whoever reads meanwhile in more than one go may see it. */
  beginsCommit(commitNumber: number): void {
    const [from, to] = this.#ownCommits;
    const before = commitNumber - 1;
    this.#ownCommits = [to === before ? from : before, commitNumber];
  }

  /** The number may become another tab's. */
  hasFailedToCommit(commitNumber: number): void {
    this.#ownCommits = [this.#ownCommits[0], commitNumber - 1];
  }

  /** Whether nobody else committed in between. */
  areOwn(beforeNumber: number, nowNumber: number): boolean {
    const [from, to] = this.#ownCommits;
    return (
      nowNumber === beforeNumber || (from <= beforeNumber && nowNumber <= to)
    );
  }

  /** Whether nobody has looked for a copy yet. */
  mayBeKept(place: string): boolean {
    return !this.#keptAt.has(place);
  }

  /** Never rejects: a copy that cannot be read is none. */
  async load(partition: string, table: string): Promise<void> {
    const place = placeInMemory(partition, table);
    this.#keptAt.set(place, none);
    const kept = await loadKept(this.#db, this.#sealer, partition, table).catch(
      () => undefined,
    );
    if (kept === undefined) return;
    this.#keptAt.set(place, pointOf(kept));
    this.learn(partition, table, kept);
  }

  /** Goes on with the later of what is known. */
  learn(partition: string, table: string, held: HeldTable): void {
    const place = placeInMemory(partition, table);
    const known = this.#memory.get(place);
    if (known !== undefined && known.commitNumber >= held.commitNumber) return;
    this.#memory = new Map(this.#memory).set(place, held);
    this.#renewCopy(place, held);
  }

  #renewCopy(place: string, held: HeldTable): void {
    if (!isFarBehind(this.#keptAt.get(place) ?? none, held)) return;
    this.#keptAt.set(place, pointOf(held));
    const [partition, table] = ofPlace(place);
    const keep = () =>
      keepTable(this.#db, this.#sealer, partition, table, held);
    // Without a copy, whoever opens the store next makes the table anew.
    this.#keeping = this.#keeping.then(keep).catch(() => undefined);
  }

  /** Resolves when no copy is being written. */
  async idle(): Promise<void> {
    await this.#keeping;
  }

  hasCommitted(commitNumber: number, writes: readonly MemoryWrite[]): void {
    this.#memory = withCommit(this.#memory, commitNumber, writes);
    for (const [place, held] of this.#memory)
      if (held.commitNumber === commitNumber) this.#renewCopy(place, held);
  }
}

/** Without the rows, which others go on to replace. */
function pointOf({ commitNumber, writeCount }: Kept): Kept {
  return { commitNumber, writeCount };
}

const none: Kept = { commitNumber: -1, writeCount: 0 };

/** While a device receives everything a copy is renewed each time that there is twice as much, not for each of its pages. */
function isFarBehind(kept: Kept, { commitNumber, writeCount }: Kept): boolean {
  return (
    kept.commitNumber < 0 ||
    commitNumber - kept.commitNumber > maxCommitsBehind ||
    writeCount - kept.writeCount > Math.max(maxWritesBehind, kept.writeCount)
  );
}
