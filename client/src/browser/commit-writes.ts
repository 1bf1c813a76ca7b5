/** Makes the writes of a group durable, in one IndexedDB transaction of which all requests are made at once. SPEC ST-8. */
import { unwrap } from "idb";

import {
  maxMemoryWriteCommits,
  sealMemoryWrites,
  type MemoryWrite,
} from "./memory-tables.ts";
import type { KeepRow, Snapshot, SnapshotDeps } from "./snapshot.ts";
import { stateKey, type RowKey, type StoreState } from "./store-database.ts";
import type { WritesByTable } from "./work-rows.ts";

export type WritesByPartition = ReadonlyMap<string, WritesByTable>;

/**
 * Resolves once it is on the disk, with what it says of tables in memory. Rejects with what the browser says, and nothing of it is
 * stored. `next` is the state with the number of this commit; `lasting` snapshots are given what the rows were.
 */
export async function commitWrites(
  { db, sealer, memoryTables }: SnapshotDeps,
  writes: WritesByPartition,
  next: StoreState,
  lasting: Iterable<Snapshot>,
): Promise<readonly MemoryWrite[]> {
  const keepers = Array.from(lasting, (snapshot) => snapshot.keeper());
  const { commitNumber } = next;
  const memoryWrites: MemoryWrite[] = [];
  const tx = db.transaction(["rows", "state", "memory_writes"], "readwrite", {
    durability: "strict",
  });
  try {
    // Bare requests: what fails in one fails the transaction, and thousands of promises would be waited for by nobody.
    const rows = unwrap(tx.objectStore("rows"));
    for (const [partition, byTable] of writes)
      for (const [table, written] of byTable)
        for (const { key, value } of written.all()) {
          if (memoryTables.has(table)) {
            const text = typeof value === "string" ? value : null;
            memoryWrites.push([partition, table, key, text]);
            continue;
          }
          const rowKey: RowKey = [partition, table, key];
          keepBefore(rows, rowKey, keepers);
          if (value === null) rows.delete(rowKey);
          else rows.put(sealer.sealValue(...rowKey, value), rowKey);
        }
    const log = unwrap(tx.objectStore("memory_writes"));
    if (memoryWrites.length > 0)
      log.put(
        sealMemoryWrites(sealer, commitNumber, memoryWrites),
        commitNumber,
      );
    const memoryWritesFrom = Math.max(
      next.memoryWritesFrom,
      commitNumber - maxMemoryWriteCommits,
    );
    if (memoryWritesFrom > next.memoryWritesFrom)
      log.delete(IDBKeyRange.upperBound(memoryWritesFrom));
    const stored: StoreState = { ...next, memoryWritesFrom };
    unwrap(tx.objectStore("state")).put(stored, stateKey);
    tx.commit();
  } catch (cause) {
    tx.done.catch(() => undefined);
    tx.abort();
    throw cause;
  }
  await tx.done;
  return memoryWrites;
}

function keepBefore(
  rows: IDBObjectStore,
  key: RowKey,
  keepers: readonly KeepRow[],
): void {
  if (keepers.length === 0) return;
  const before: IDBRequest<unknown> = rows.get(key);
  before.onsuccess = () => {
    const sealed = before.result;
    for (const keep of keepers)
      keep(key, sealed instanceof Uint8Array ? sealed : undefined);
  };
}
