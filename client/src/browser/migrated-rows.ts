/**
 * The rows of one partition as a migration sees them. Tables in memory are made anew behind it from what it leaves, so to a migration they
 * are empty, and what it writes to them is nothing: it need not hold them to empty them. SPEC WB-7, WB-12.
 */
import type { KeyRange, Rows, StoredValue } from "@suture/schema";

import type { WorkRows } from "./work-rows.ts";

export class MigratedRows implements Rows {
  readonly #rows: WorkRows;
  readonly #memoryTables: ReadonlyMap<string, unknown>;

  constructor(rows: WorkRows, memoryTables: ReadonlyMap<string, unknown>) {
    this.#rows = rows;
    this.#memoryTables = memoryTables;
  }

  async get(table: string, key: string): Promise<StoredValue | undefined> {
    return this.#isInMemory(table) ? undefined : this.#rows.get(table, key);
  }

  async scan(...scan: Parameters<Rows["scan"]>) {
    return this.#isInMemory(scan[0]) ? [] : this.#rows.scan(...scan);
  }

  async keys(...scan: Parameters<Rows["scan"]>) {
    return this.#isInMemory(scan[0]) ? [] : this.#rows.keys(...scan);
  }

  async readAhead(table: string, range: KeyRange): Promise<void> {
    if (!this.#isInMemory(table)) await this.#rows.readAhead(table, range);
  }

  put(table: string, key: string, value: StoredValue): void {
    if (!this.#isInMemory(table)) this.#rows.put(table, key, value);
  }

  delete(table: string, key: string): void {
    if (!this.#isInMemory(table)) this.#rows.delete(table, key);
  }

  #isInMemory(table: string): boolean {
    return this.#memoryTables.has(table);
  }
}
