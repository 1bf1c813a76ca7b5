/**
 * A write that may change the facts, which are kept in memory: whether it did is noticed here, so that what the server says
 * again (at each connection rights, tasks and checkpoints) writes nothing, and nothing is read or shown anew because of it.
 */
import type {
  Key,
  Row,
  ScanRange,
  Table,
  WriteTransaction,
} from "@suture/schema";

import {
  membershipsTable,
  receiptsTable,
  reviewsTable,
} from "./client-tables.ts";
import { readFacts, type LogFacts } from "./log-facts.ts";

export interface WithFacts<T> {
  readonly result: T;
  /** As they are once this is committed; undefined where they are as they were. */
  readonly facts: LogFacts | undefined;
}

export async function withFacts<T>(
  tx: WriteTransaction,
  work: (tx: WriteTransaction) => Promise<T>,
): Promise<WithFacts<T>> {
  const write = new FactsWrite(tx);
  const result = await work(write);
  return { result, facts: write.hasNewFacts ? await readFacts(tx) : undefined };
}

const factTables: ReadonlySet<Table<unknown>> = new Set<Table<unknown>>([
  membershipsTable,
  receiptsTable,
  reviewsTable,
]);

class FactsWrite implements WriteTransaction {
  readonly #tx: WriteTransaction;
  hasNewFacts = false;

  constructor(tx: WriteTransaction) {
    this.#tx = tx;
  }

  get<V>(table: Table<V>, key: Key): Promise<V | undefined> {
    return this.#tx.get(table, key);
  }

  scan<V>(table: Table<V>, range?: ScanRange): Promise<readonly Row<V>[]> {
    return this.#tx.scan(table, range);
  }

  /** A fact that is there already, as it is, is left alone. */
  async put<V>(table: Table<V>, key: Key, value: NoInfer<V>): Promise<void> {
    if (factTables.has(table)) {
      const held = await this.#tx.get(table, key);
      if (JSON.stringify(held) === JSON.stringify(value)) return;
      this.hasNewFacts = true;
    }
    await this.#tx.put(table, key, value);
  }

  async delete(table: Table<unknown>, key: Key): Promise<void> {
    if (factTables.has(table)) this.hasNewFacts = true;
    await this.#tx.delete(table, key);
  }
}
