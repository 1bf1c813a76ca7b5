/** The rows of one partition as a write's work sees them: its own puts and deletes, in memory until the commit, over a snapshot. */
import {
  SortedRows,
  type KeyRange,
  type Rows,
  type SortedRow,
  type StoredValue,
} from "@suture/schema";

import { scanOver, type Overlay } from "./overlay.ts";
import type { Snapshot } from "./snapshot.ts";

/** What is to be committed in one partition. */
export type WritesByTable = ReadonlyMap<string, Overlay<StoredValue>>;

export class WorkRows implements Rows {
  readonly #snapshot: Snapshot;
  readonly #partition: string;
  #writes: WritesByTable;
  #rowCount = 0;

  /** `writes` are those of the works before it that share its commit. */
  constructor(
    snapshot: Snapshot,
    partition: string,
    writes: WritesByTable = new Map(),
  ) {
    this.#snapshot = snapshot;
    this.#partition = partition;
    this.#writes = writes;
  }

  /** With those of the works before it. */
  get writes(): WritesByTable {
    return this.#writes;
  }

  /** How many rows were put and deleted. */
  get rowCount(): number {
    return this.#rowCount;
  }

  async get(table: string, key: string): Promise<StoredValue | undefined> {
    const own = this.#writes.get(table)?.get(key);
    if (own === undefined)
      return this.#snapshot.get(this.#partition, table, key);
    return own === null ? undefined : copyOf(own);
  }

  async scan(
    ...[table, ...range]: Parameters<Rows["scan"]>
  ): Promise<readonly SortedRow[]> {
    const rows = await this.#over("scan", table, ...range);
    return rows.map(({ key, value }) => ({ key, value: copyOf(value) }));
  }

  keys(
    ...[table, ...range]: Parameters<Rows["scan"]>
  ): Promise<readonly Pick<SortedRow, "key">[]> {
    return this.#over("keys", table, ...range);
  }

  #over(
    behind: "scan" | "keys",
    table: string,
    range: KeyRange,
    isReverse: boolean,
    limit: number,
  ): Promise<readonly SortedRow[]> {
    return scanOver<StoredValue>(
      () => this.#writes.get(table),
      (rest, order) =>
        this.#snapshot[behind](this.#partition, table, rest, order),
      range,
      { isReverse, limit },
    );
  }

  readAhead(table: string, range: KeyRange): Promise<void> {
    return this.#snapshot.readAhead(this.#partition, table, range);
  }

  put(table: string, key: string, value: StoredValue): void {
    this.#write(table, key, copyOf(value));
  }

  delete(table: string, key: string): void {
    this.#write(table, key, null);
  }

  #write(table: string, key: string, value: StoredValue | null): void {
    this.#rowCount += 1;
    const rows: Overlay<StoredValue> =
      this.#writes.get(table) ?? new SortedRows();
    this.#writes = new Map(this.#writes).set(table, rows.with(key, value));
  }
}

/** Nobody outside holds the bytes that will be written. */
function copyOf(value: StoredValue): StoredValue {
  return value instanceof Uint8Array ? value.slice() : value;
}
