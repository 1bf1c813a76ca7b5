import type { ReadTransaction, Store } from "@suture/schema";

/** A store that counts, by table, the rows that reads were given. */
export function countingStore(inner: Store) {
  const rowsByTable = new Map<string, number>();
  const count = (table: string, rows: number) =>
    rowsByTable.set(table, (rowsByTable.get(table) ?? 0) + rows);
  const counted = (tx: ReadTransaction): ReadTransaction => ({
    get: async (table, key) => {
      const value = await tx.get(table, key);
      count(table.name, value === undefined ? 0 : 1);
      return value;
    },
    scan: async (table, range) => {
      const rows = await tx.scan(table, range);
      count(table.name, rows.length);
      return rows;
    },
  });
  const store: Store = {
    write: (partition, work) => inner.write(partition, work),
    read: (partition, work) => inner.read(partition, (tx) => work(counted(tx))),
    listPartitions: () => inner.listPartitions(),
    close: () => inner.close(),
  };
  return {
    store,
    /** Since it was last asked. */
    takeCounts() {
      const counts = Object.fromEntries(rowsByTable);
      rowsByTable.clear();
      return counts;
    },
  };
}
