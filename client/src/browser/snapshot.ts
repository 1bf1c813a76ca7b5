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
  fillTable,
  placeInMemory,
  type Memory,
  type MemoryTable,
} from "./memory-tables.ts";
import { scanOver, type Overlay, type ScanOrder } from "./overlay.ts";
import type { SharedMemory } from "./shared-memory.ts";
import { RowReader } from "./row-reader.ts";
import type { RowSealer } from "./row-sealing.ts";
import type { RowKey, StoreDatabase, StoreState } from "./store-database.ts";

/** What a store's snapshots have in common. */
export interface SnapshotDeps {
  readonly db: StoreDatabase;
  readonly sealer: RowSealer;
  readonly tables: ReadonlyMap<string, Table<unknown>>;
  /** By name. */
  readonly memoryTables: ReadonlyMap<string, MemoryTable>;
  readonly shared: SharedMemory;
}

interface Moment {
  readonly reader: RowReader;
  /** Of the last commit before it. Asked for along with the first rows. */
  readonly state: Promise<StoreState>;
  /** By partition and table: sealed rows as they were before later commits of this tab; null where there was none. */
  readonly before: Map<string, Overlay<Uint8Array>>;
  memory: Memory;
}

/** Takes a row as it was before a commit. */
export type KeepRow = (key: RowKey, sealed: Uint8Array | undefined) => void;

export class Snapshot {
  readonly #deps: SnapshotDeps;
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

  /** For a commit of this tab that begins now. What was there before the first one counts. */
  keeper(): KeepRow {
    const { before } = this.#moment;
    return ([partition, table, key], sealed) => {
      const place = placeInMemory(partition, table);
      const kept = before.get(place) ?? new SortedRows();
      if (kept.get(key) === undefined)
        before.set(place, kept.with(key, sealed ?? null));
    };
  }

  async get(
    partition: string,
    table: string,
    key: string,
  ): Promise<StoredValue | undefined> {
    this.#rowCount += 1;
    const inMemory = this.#deps.memoryTables.get(table);
    if (inMemory !== undefined)
      return (await this.#memoryRows(partition, inMemory)).get(key);
    const { reader, before } = this.#moment;
    const found = await reader.get(partition, table, key);
    const kept = before.get(placeInMemory(partition, table))?.get(key);
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
    const inMemory = this.#deps.memoryTables.get(table);
    if (inMemory !== undefined) {
      const rows = await this.#memoryRows(partition, inMemory);
      return rows.scan(range, order.isReverse, order.limit);
    }
    const { reader, before } = this.#moment;
    const sealed = await scanOver(
      () => before.get(placeInMemory(partition, table)),
      (rest, asked) => reader.scan(partition, table, rest, asked),
      range,
      order,
    );
    this.#rowCount += sealed.length;
    return sealed.map(({ key, value }) => ({
      key,
      value: this.#deps.sealer.openValue(partition, table, key, value),
    }));
  }

  /** Not yet opened, so what is damaged among the rows disturbs only whoever asks for it. */
  async readAhead(
    partition: string,
    table: string,
    range: KeyRange,
  ): Promise<void> {
    if (!this.#deps.memoryTables.has(table))
      await this.#moment.reader.readAhead(partition, table, range);
  }

  #begin(): Moment {
    const { db, shared } = this.#deps;
    const { memory } = shared;
    const reader = new RowReader(db, () => this.#checkReopened());
    const state = reader.state();
    // Whoever needs it is told of its failure, as is whoever reads a row.
    state.catch(() => undefined);
    return { reader, state, before: new Map(), memory };
  }

  async #memoryRows(
    partition: string,
    memoryTable: MemoryTable,
  ): Promise<SortedRows> {
    const { shared, sealer } = this.#deps;
    const { name } = memoryTable.table;
    const place = placeInMemory(partition, name);
    for (;;) {
      const moment = this.#moment;
      const { memory, reader } = moment;
      const state = await moment.state;
      const held = memory.get(place);
      const current =
        held && (await caughtUp(held, place, state, reader, sealer));
      if (current !== undefined) {
        moment.memory = new Map(moment.memory).set(place, current);
        shared.learn(partition, name, current);
        return current.rows;
      }
      if (!reader.isFresh) await this.#fill(moment, partition, memoryTable);
      else if (shared.filling !== undefined) {
        await shared.filling;
        // Nothing was read yet, so a later moment will do.
        this.#moment = this.#begin();
      } else if (shared.mayBeKept(place))
        void shared.fillBy(shared.load(partition, name));
      else await shared.fillBy(this.#fill(moment, partition, memoryTable));
    }
  }

  async #fill(
    moment: Moment,
    partition: string,
    memoryTable: MemoryTable,
  ): Promise<void> {
    const { shared, tables } = this.#deps;
    const { name } = memoryTable.table;
    const source = this.rowsOf(partition);
    const { commitNumber } = await moment.state;
    const rows = await fillTable(memoryTable, tables, source);
    const held = { commitNumber, rows, writeCount: 0 };
    const place = placeInMemory(partition, name);
    moment.memory = new Map(moment.memory).set(place, held);
    shared.learn(partition, name, held);
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
    const { reader, state } = this.#moment;
    const before = (await state).commitNumber;
    const now = (await reader.state()).commitNumber;
    if (!this.#deps.shared.areOwn(before, now))
      throw new StoreError(
        "store-failed",
        "a work awaited something else, and another tab wrote meanwhile",
      );
  }
}
