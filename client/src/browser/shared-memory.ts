/** What one tab, or worker, knows of the tables in memory: shared by its reads and writes, and kept for the next time it is opened. */
import { SortedRows, type StoredValue } from "@suture/schema";

import {
  placeInMemory,
  type HeldTable,
  type Memory,
  type SliceRow,
  type TableCopy,
} from "./held-table.ts";
import { withCommit, type MemoryWrite } from "./memory-tables.ts";
import type { Overlay } from "./overlay.ts";
import { keepTable, type CopyDeps } from "./table-copy.ts";

/** A copy that is further behind is renewed, by whoever commits: reading what happened since is to take no time that anybody notices. */
const maxCommitsBehind = 256;
const maxWritesBehind = 8_000;
/** Whoever reads leaves it to whoever commits, for a while. */
const readerPatience = 4;

/** The most slices that stay open, of all tables together: some tens of megabytes. */
const maxOpenSlices = 400;

/** Going through them takes longer than to look for a copy. */
const manyCommits = 32;

/** A commit of so many is by somebody who receives records. */
const manyWrites = 100;
/** Where each commit is of few, whoever makes so many of them. Far fewer than are kept for a copy to go on from. */
const manyOwnCommits = 128;

interface Tried {
  readonly copy: TableCopy;
  readonly commitNumber: number;
  readonly writeCount: number;
}

export class SharedMemory {
  readonly #deps: CopyDeps;
  /** By place, as of which it was last tried to renew a copy. */
  readonly #tried = new Map<string, Tried>();
  /** By place of which a copy is being written, or waits for another: the least patience of whoever came meanwhile. */
  readonly #renewing = new Map<string, number>();
  /** By place, those of which a slice did not open. */
  readonly #unreadable = new Map<string, TableCopy>();
  /** By place among all slices, the one that was used last at the end. */
  readonly #slices = new Map<string, Overlay<StoredValue>>();
  #memory: Memory = new Map();
  /** How many commits this tab made since it last looked whether it knows the tables. */
  #ownCount = 0;
  #filling: Promise<void> | undefined;
  #keeping: Promise<unknown> = Promise.resolve();
  /** The last commits that were all this tab's own: behind the first number, up to the second. */
  #ownCommits: readonly [from: number, to: number] = [-1, -1];

  constructor(deps: CopyDeps) {
    this.#deps = deps;
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

  /** Of those that were opened, the ones that were used last stay open. */
  async slice(
    at: string,
    read: () => Promise<Overlay<StoredValue> | undefined>,
  ): Promise<Overlay<StoredValue> | undefined> {
    const slice = this.#slices.get(at) ?? (await read());
    if (slice === undefined) return undefined;
    this.#slices.delete(at);
    this.#slices.set(at, slice);
    for (const longUnused of this.#slices.keys()) {
      if (this.#slices.size <= maxOpenSlices) break;
      this.#slices.delete(longUnused);
    }
    return slice;
  }

  /** Goes on with the later of what is known. */
  learn(place: string, held: HeldTable): void {
    const known = this.#memory.get(place);
    if (known !== undefined && !isLater(held, known)) return;
    this.#memory = new Map(this.#memory).set(place, held);
    this.#renewCopy(place, held, readerPatience);
  }

  /** A slice of its copy does not open: it is not gone on with, nor begun with again. */
  forget(place: string, { copy }: HeldTable): void {
    this.#unreadable.set(place, copy);
    const memory = new Map(this.#memory);
    if (memory.get(place)?.copy === copy) memory.delete(place);
    this.#memory = memory;
  }

  /** What is known of every table may say what is no more. */
  forgetAll(): void {
    this.#memory = new Map();
  }

  isReadable(place: string, copy: TableCopy): boolean {
    const unreadable = this.#unreadable.get(place);
    return unreadable === undefined || !isSame(unreadable, copy);
  }

  hasCommitted(commitNumber: number, writes: readonly MemoryWrite[]): void {
    this.#memory = withCommit(this.#memory, commitNumber, writes);
    for (const [place, held] of this.#memory)
      if (held.commitNumber === commitNumber) this.#renewCopy(place, held, 1);
  }

  /** Those that whoever commits is to keep copies of, and does not know as of its last commit. */
  behindIn(
    commitNumber: number,
    writes: readonly MemoryWrite[],
  ): readonly string[] {
    this.#ownCount += 1;
    const isMuch =
      writes.length >= manyWrites || this.#ownCount >= manyOwnCommits;
    if (!isMuch || writes.length === 0) return [];
    this.#ownCount = 0;
    const places = new Set(
      writes.map(([partition, table]) => placeInMemory(partition, table)),
    );
    return [...places].filter(
      (place) => this.#memory.get(place)?.commitNumber !== commitNumber,
    );
  }

  /** By whoever received much. */
  renewCopy(place: string): void {
    const held = this.#memory.get(place);
    if (held !== undefined) this.#renewCopy(place, held, 1);
  }

  /** Resolves when no copy is being written. */
  async idle(): Promise<void> {
    for (let last; last !== this.#keeping;) {
      last = this.#keeping;
      await last;
    }
  }

  #renewCopy(place: string, held: HeldTable, patience: number): void {
    const last = this.#tried.get(place);
    const tried =
      last?.copy === held.copy ? last : { ...held.copy, writeCount: 0 };
    const meanwhile = this.#renewing.get(place);
    if (meanwhile !== undefined)
      this.#renewing.set(place, Math.min(meanwhile, patience));
    if (meanwhile !== undefined || !isDue(held, tried, patience)) return;
    this.#renewing.set(place, readerPatience);
    const { copy: behind, commitNumber, writeCount } = held;
    this.#tried.set(place, { copy: behind, commitNumber, writeCount });
    // Without a copy, whoever opens the store next makes the table anew.
    this.#keeping = this.#keeping
      .then(() => this.#keep(place, held))
      .catch(() => undefined)
      .then(() => this.#renewAgain(place));
  }

  async #keep(place: string, held: HeldTable): Promise<void> {
    const copy = await keepTable(this.#deps, place, held);
    this.#goOnWith(place, held, copy);
  }

  /** As much may have been written meanwhile. */
  #renewAgain(place: string): void {
    const patience = this.#renewing.get(place);
    this.#renewing.delete(place);
    const held = this.#memory.get(place);
    if (held !== undefined && patience !== undefined)
      this.#renewCopy(place, held, patience);
  }

  /** What the copy says need not be kept in memory any more. Where another is there, it is begun with again. */
  #goOnWith(place: string, kept: HeldTable, copy: TableCopy | undefined): void {
    const known = this.#memory.get(place);
    if (known === undefined || known.copy !== kept.copy) return;
    const memory = new Map(this.#memory);
    memory.delete(place);
    if (copy !== undefined)
      memory.set(place, {
        commitNumber: known.commitNumber,
        copy,
        written: writtenSince(kept.written, known.written),
        writeCount: known.writeCount - kept.writeCount,
      });
    this.#memory = memory;
  }
}

function isSame(one: TableCopy, other: TableCopy): boolean {
  return (
    one.commitNumber === other.commitNumber &&
    one.runs.at(-1)?.id === other.runs.at(-1)?.id
  );
}

function isLater(held: HeldTable, known: HeldTable): boolean {
  return held.commitNumber === known.commitNumber
    ? held.copy.commitNumber > known.copy.commitNumber
    : held.commitNumber > known.commitNumber;
}

/** Whether to look for a copy that is further than what is known, rather than to go through all that was written since. */
export function isFarBehind(
  known: HeldTable | undefined,
  commitNumber: number,
): boolean {
  if (known === undefined) return true;
  const behindBy = commitNumber - known.commitNumber;
  return (
    behindBy > manyCommits ||
    (behindBy > 0 && known.writeCount > maxWritesBehind)
  );
}

function isDue(
  { commitNumber, writeCount }: HeldTable,
  tried: Omit<Tried, "copy">,
  patience: number,
): boolean {
  return (
    tried.commitNumber < 0 ||
    commitNumber - tried.commitNumber > maxCommitsBehind ||
    writeCount - tried.writeCount > maxWritesBehind * patience
  );
}

/** What `now` says otherwise than `before`, which says nothing that `now` does not. */
function writtenSince(
  before: Overlay<StoredValue>,
  now: Overlay<StoredValue>,
): Overlay<StoredValue> {
  if (before === now) return new SortedRows();
  const earlier = before.all();
  let old = earlier.next();
  const since: SliceRow[] = [];
  for (const row of now.all()) {
    while (old.done !== true && old.value.key < row.key) old = earlier.next();
    const said = old.done === true ? undefined : old.value;
    if (said?.key !== row.key || said.value !== row.value) since.push(row);
  }
  return SortedRows.of(since);
}
