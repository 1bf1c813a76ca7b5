/**
 * Indexes of recently changed records, so that admitting a change reads a constant number of rows.
 *
 * A cached index is only an accelerator: it counts exactly if the record's row, read in the same transaction, names the same
 * number of changes and the same chain. So a transaction that was rolled back after it added to an index, or another process
 * that appended meanwhile, makes the cache read the rows again, never answer wrongly. SPEC AD-14.
 *
 * For write transactions only, which run one by one: a reader of an older snapshot would see changes of a newer one.
 */
import type { ReadTransaction, RecordId } from "@suture/schema";
import type { RecordRow } from "./log-tables.ts";
import { loadRecordMemory, type RecordMemory } from "./record-memory.ts";

export class RecordCache {
  /** By organization and record; the least recently used first. */
  readonly #memories = new Map<string, RecordMemory>();
  readonly #maxRecords: number;

  constructor(options: { readonly maxRecords: number }) {
    this.#maxRecords = options.maxRecords;
  }

  async load(
    tx: ReadTransaction,
    organizationId: RecordId,
    row: RecordRow,
  ): Promise<RecordMemory> {
    const key = `${organizationId} ${row.recordId}`;
    const held = this.#memories.get(key);
    if (held?.isAt(row.changeCount, row.tip) === true) {
      this.#memories.delete(key);
      this.#memories.set(key, held);
      return held;
    }
    const memory = await loadRecordMemory(tx, row.recordId);
    this.keep(organizationId, row.recordId, memory);
    return memory;
  }

  /** For a record that has just been created. */
  keep(
    organizationId: RecordId,
    recordId: RecordId,
    memory: RecordMemory,
  ): void {
    const key = `${organizationId} ${recordId}`;
    this.#memories.delete(key);
    this.#memories.set(key, memory);
    for (const oldest of this.#memories.keys()) {
      if (this.#memories.size <= this.#maxRecords) break;
      this.#memories.delete(oldest);
    }
  }
}
