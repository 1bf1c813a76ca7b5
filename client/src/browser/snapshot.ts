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

import { isDamaged } from "../store/or-damaged.ts";
import {
  filledWith,
  heldAs,
  placeInMemory,
  scanHeld,
  type HeldTable,
  type Memory,
} from "./held-table.ts";
import { caughtUp, fillTable, type MemoryTable } from "./memory-tables.ts";
import {
  justAbove,
  scanOver,
  type Overlay,
  type ScanOrder,
} from "./overlay.ts";
import { isFarBehind, type SharedMemory } from "./shared-memory.ts";
import { RowReader } from "./row-reader.ts";
import type { RowSealer } from "./row-sealing.ts";
import type { RowKey, StoreDatabase, StoreState } from "./store-database.ts";
import { readCopy, readSlice, slicePlace } from "./table-copy.ts";

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
  readonly #isAlone: boolean;
  #moment: Moment;
  #rowCount = 0;
  /** Whether rows of a table in memory were given out, of this moment. */
  #hasFound = false;
  #areTablesPartial = false;

  /** Nobody else writes while it `isAlone`. Throws a `StoreError`. */
  constructor(deps: SnapshotDeps, isAlone: boolean) {
    this.#deps = deps;
    this.#isAlone = isAlone;
    this.#moment = this.#begin();
  }

  /** How many rows were read and looked for so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  get failure(): Error | undefined {
    return this.#moment.reader.failure;
  }

  /**
   * Whether a table in memory could not be made, as rows that it follows from are damaged. Whoever writes has what the others say, so
   * that they can drop those; once they have, nobody goes on with what they knew of such a table.
   */
  get areTablesPartial(): boolean {
    return this.#areTablesPartial;
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
    if (inMemory !== undefined) {
      const range = { from: key, to: justAbove(key) };
      const only = { isReverse: false, limit: 1 };
      return (await this.#scanMemory(partition, inMemory, range, only))[0]
        ?.value;
    }
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
    if (inMemory !== undefined)
      return this.#scanMemory(partition, inMemory, range, order);
    const sealed = await this.#sealedRows(partition, table, range, order);
    return sealed.map(({ key, value }) => ({
      key,
      value: this.#deps.sealer.openValue(partition, table, key, value),
    }));
  }

  /** Of rows that are not opened, of a table in memory they are: a damaged one is among them. Their values are none. */
  async keys(
    partition: string,
    table: string,
    range: KeyRange,
    order: ScanOrder,
  ): Promise<readonly SortedRow[]> {
    const rows = this.#deps.memoryTables.has(table)
      ? await this.scan(partition, table, range, order)
      : await this.#sealedRows(partition, table, range, order);
    return rows.map(({ key }) => ({ key, value: "" }));
  }

  async #sealedRows(
    partition: string,
    table: string,
    range: KeyRange,
    order: ScanOrder,
  ): Promise<readonly SortedRow<Uint8Array>[]> {
    const { reader, before } = this.#moment;
    const sealed = await scanOver(
      () => before.get(placeInMemory(partition, table)),
      (rest, asked) => reader.scan(partition, table, rest, asked),
      range,
      order,
    );
    this.#rowCount += sealed.length;
    return sealed;
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
    const reader = new RowReader(db, this.#isAlone, () =>
      this.#checkReopened(),
    );
    const state = reader.state();
    // Whoever needs it is told of its failure, as is whoever reads a row.
    state.catch(() => undefined);
    return { reader, state, before: new Map(), memory };
  }

  async #scanMemory(
    partition: string,
    memoryTable: MemoryTable,
    range: KeyRange,
    order: ScanOrder,
  ): Promise<readonly SortedRow[]> {
    const { shared, sealer } = this.#deps;
    const { name } = memoryTable.table;
    const place = placeInMemory(partition, name);
    for (;;) {
      const held = await this.#held(partition, memoryTable);
      const { reader } = this.#moment;
      const read = (part: number) =>
        reader.memoryTablePart(partition, name, part);
      const rows = await scanHeld(held, range, order, (run, index) =>
        shared.slice(slicePlace(place, run, index), () =>
          readSlice(sealer, place, read, run, index),
        ),
      );
      if (rows !== undefined) {
        this.#hasFound = true;
        return rows;
      }
      // It is damaged, or somebody renewed it since.
      shared.forget(place, held);
      const memory = new Map(this.#moment.memory);
      memory.delete(place);
      this.#moment.memory = memory;
    }
  }

  /** Knows what the table's copy says, from now on, as of each commit of this tab or worker. */
  async hold(partition: string, table: string): Promise<void> {
    const inMemory = this.#deps.memoryTables.get(table);
    if (inMemory !== undefined) await this.#held(partition, inMemory);
  }

  /** As it is at this moment. */
  async #held(partition: string, memoryTable: MemoryTable): Promise<HeldTable> {
    const { shared, sealer } = this.#deps;
    const place = placeInMemory(partition, memoryTable.table.name);
    for (;;) {
      const moment = this.#moment;
      const state = await moment.state;
      const known = moment.memory.get(place);
      const held = isFarBehind(known, state.commitNumber)
        ? ((await this.#copied(moment, partition, memoryTable)) ?? known)
        : known;
      const current =
        held && (await caughtUp(held, place, state, moment.reader, sealer));
      if (current !== undefined) {
        moment.memory = new Map(moment.memory).set(place, current);
        if (!this.#areTablesPartial) shared.learn(place, current);
        return current;
      }
      const { filling } = shared;
      const isMade = shared.memory.get(place) !== known;
      if ((isMade || filling) && !this.#hasFound && moment.reader.isFresh) {
        await filling;
        // Nothing was read yet, so a later moment will do.
        this.#moment = this.#begin();
      } else await shared.fillBy(this.#fill(moment, partition, memoryTable));
    }
  }

  /** As its copy says, where that is of use at this moment. */
  async #copied(
    { state, reader, memory }: Moment,
    partition: string,
    { table: { name } }: MemoryTable,
  ): Promise<HeldTable | undefined> {
    const place = placeInMemory(partition, name);
    const { shared, sealer } = this.#deps;
    const read = (part: number) =>
      reader.memoryTablePart(partition, name, part);
    const copy = await readCopy(sealer, place, read);
    if (copy === undefined || !shared.isReadable(place, copy)) return undefined;
    const { commitNumber } = await state;
    const after = memory.get(place)?.copy.commitNumber ?? -1;
    return copy.commitNumber > after && copy.commitNumber <= commitNumber
      ? heldAs(copy)
      : undefined;
  }

  async #fill(
    moment: Moment,
    partition: string,
    memoryTable: MemoryTable,
  ): Promise<void> {
    const { shared } = this.#deps;
    const { name } = memoryTable.table;
    const { commitNumber } = await moment.state;
    const rows = await this.#filled(partition, memoryTable);
    const held = filledWith(commitNumber, rows);
    const place = placeInMemory(partition, name);
    moment.memory = new Map(moment.memory).set(place, held);
    if (!this.#areTablesPartial) shared.learn(place, held);
  }

  async #filled(
    partition: string,
    memoryTable: MemoryTable,
  ): Promise<Overlay<StoredValue>> {
    const { tables } = this.#deps;
    const source = this.rowsOf(partition);
    try {
      return await fillTable(memoryTable, tables, source);
    } catch (cause) {
      if (!this.#isAlone || !isDamaged(cause)) throw cause;
    }
    this.#areTablesPartial = true;
    return fillTable(memoryTable, tables, {
      ...source,
      scan: (table, range, _, limit) =>
        this.#scanUndamaged(partition, table, range, limit),
    });
  }

  /** As many as asked for, where there are that many: what fills a table goes on until there are fewer. */
  async #scanUndamaged(
    partition: string,
    table: string,
    { from, to }: KeyRange,
    limit: number,
  ): Promise<readonly SortedRow[]> {
    const { sealer } = this.#deps;
    const found: SortedRow[] = [];
    for (let next: string | undefined = from; next !== undefined;) {
      const order = { isReverse: false, limit: limit - found.length };
      const range = { from: next, to };
      const rows = await this.#sealedRows(partition, table, range, order);
      for (const { key, value } of rows)
        if (sealer.opens(partition, table, key, value))
          found.push({
            key,
            value: sealer.openValue(partition, table, key, value),
          });
      const last = rows.length < order.limit ? undefined : rows.at(-1);
      next = found.length < limit && last ? justAbove(last.key) : undefined;
    }
    return found;
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
