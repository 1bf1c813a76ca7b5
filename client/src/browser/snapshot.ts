/**
 * One moment of a store, as a work sees it: rows of IndexedDB, opened, and memory tables.
 *
 * It stays that moment while this tab commits: each commit hands over what was there before it. What another tab commits is only kept
 * away by the transaction being one, which it is for works that await nothing else; a work that does, and has the bad luck, is refused.
 */
import {
  StoreError,
  SortedRows,
  type KeyRange,
  type Rows,
  type SortedRow,
  type StoredValue,
  type Table,
} from "@suture/schema";

import {
  caughtUp,
  fillMemory,
  type Memory,
  type MemoryTables,
  type RowsByTable,
} from "./memory-tables.ts";
import { scanOver, type Overlay, type ScanOrder } from "./overlay.ts";
import { RowReader } from "./row-reader.ts";
import type { RowSealer } from "./row-sealing.ts";
import type { RowKey, StoreDatabase, StoreState } from "./store-database.ts";

/** What a store's snapshots have in common. */
export interface SnapshotDeps {
  readonly db: StoreDatabase;
  readonly sealer: RowSealer;
  readonly tables: ReadonlyMap<string, Table<unknown>>;
  readonly memoryTables: MemoryTables;
  readonly memoryTableNames: ReadonlySet<string>;
  readonly shared: SharedMemory;
}

/** What this tab knows of the memory tables, and how often it committed. */
export class SharedMemory {
  memory: Memory;
  /** Commits that were begun. */
  commitCount = 0;
  /** While somebody fills them, so that others wait for it rather than do it again. */
  filling: Promise<unknown> | undefined;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Keeps the later of what is known. */
  learn(memory: Memory): void {
    const known = this.memory;
    if (
      memory.commitNumber > known.commitNumber ||
      (memory.commitNumber === known.commitNumber &&
        memory.byPartition.size > known.byPartition.size)
    )
      this.memory = memory;
  }
}

interface Moment {
  readonly reader: RowReader;
  /** Of the last commit before it. Asked for along with the first rows. */
  readonly state: Promise<StoreState>;
  readonly commitCount: number;
  memory: Memory;
}

export class Snapshot {
  readonly #deps: SnapshotDeps;
  /** By partition and table: sealed rows as they were before later commits of this tab; null where there was none. */
  readonly #before = new Map<string, Overlay<Uint8Array>>();
  #moment: Moment;
  #rowCount = 0;

  /** Throws a `StoreError`. */
  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
    this.#moment = this.#begin();
  }

  /** How many rows were read and looked for so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  get failure(): Error | undefined {
    return this.#moment.reader.failure;
  }

  state(): Promise<StoreState> {
    return this.#moment.state;
  }

  partitions(): Promise<readonly string[]> {
    return this.#moment.reader.partitions();
  }

  /** A commit of this tab is about to replace a row. What was there before the first one counts. */
  keep([partition, table, key]: RowKey, sealed: Uint8Array | undefined): void {
    const place = placeOf(partition, table);
    const kept = this.#before.get(place) ?? new SortedRows();
    if (kept.get(key) === undefined)
      this.#before.set(place, kept.with(key, sealed ?? null));
  }

  async get(
    partition: string,
    table: string,
    key: string,
  ): Promise<StoredValue | undefined> {
    this.#rowCount += 1;
    if (this.#deps.memoryTableNames.has(table))
      return (await this.#memoryOf(partition)).get(table)?.get(key);
    const found = await this.#moment.reader.get(partition, table, key);
    const kept = this.#before.get(placeOf(partition, table))?.get(key);
    const sealed = kept === undefined ? found : kept;
    return sealed == null
      ? undefined
      : this.#deps.sealer.openValue(partition, table, key, sealed);
  }

  async scan(
    partition: string,
    table: string,
    range: KeyRange,
    order: ScanOrder,
  ): Promise<readonly SortedRow[]> {
    this.#rowCount += 1;
    if (this.#deps.memoryTableNames.has(table)) {
      const rows = (await this.#memoryOf(partition)).get(table);
      return rows?.scan(range, order.isReverse, order.limit) ?? [];
    }
    const sealed = await scanOver(
      () => this.#before.get(placeOf(partition, table)),
      (rest, asked) => this.#moment.reader.scan(partition, table, rest, asked),
      range,
      order,
    );
    this.#rowCount += sealed.length;
    return sealed.map(({ key, value }) => ({
      key,
      value: this.#deps.sealer.openValue(partition, table, key, value),
    }));
  }

  #begin(): Moment {
    const { db, shared } = this.#deps;
    const { commitCount, memory } = shared;
    const reader = new RowReader(db, () => this.#checkReopened());
    const state = reader.state();
    // Whoever needs it is told of its failure, as is whoever reads a row.
    state.catch(() => undefined);
    return { reader, state, commitCount, memory };
  }

  async #memoryOf(partition: string): Promise<RowsByTable> {
    const { shared, sealer, memoryTables, tables } = this.#deps;
    while (
      !this.#moment.memory.byPartition.has(partition) &&
      this.#moment.reader.isFresh &&
      shared.filling !== undefined
    ) {
      await shared.filling;
      // Nothing was read, so any moment will do.
      this.#before.clear();
      this.#moment = this.#begin();
    }
    const moment = this.#moment;
    const { reader } = moment;
    moment.memory = await caughtUp(
      moment.memory,
      await moment.state,
      reader,
      sealer,
    );
    const held = moment.memory.byPartition.get(partition);
    if (held !== undefined) {
      shared.learn(moment.memory);
      return held;
    }
    const filling = fillMemory(memoryTables, tables, this.rowsOf(partition));
    const settled = filling.catch(() => undefined);
    shared.filling = settled;
    try {
      const filled = await filling;
      const byPartition = new Map(moment.memory.byPartition);
      moment.memory = {
        ...moment.memory,
        byPartition: byPartition.set(partition, filled),
      };
      shared.learn(moment.memory);
      return filled;
    } finally {
      if (shared.filling === settled) shared.filling = undefined;
    }
  }

  rowsOf(partition: string): Pick<Rows, "get" | "scan"> {
    return {
      get: (table, key) => this.get(partition, table, key),
      scan: (table, range, isReverse, limit) =>
        this.scan(partition, table, range, { isReverse, limit }),
    };
  }

  /** What this tab committed meanwhile was kept; what others did is not known. */
  async #checkReopened(): Promise<void> {
    const { reader, state, commitCount } = this.#moment;
    const own = this.#deps.shared.commitCount - commitCount;
    const before = (await state).commitNumber;
    const now = (await reader.state()).commitNumber;
    if (now - before > own)
      throw new StoreError(
        "store-failed",
        "a work awaited something else, and another tab wrote meanwhile",
      );
  }
}

function placeOf(partition: string, table: string): string {
  return `${partition}\0${table}`;
}
