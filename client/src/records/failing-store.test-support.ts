import {
  StoreError,
  type ReadTransaction,
  type Store,
  type WriteTransaction,
} from "@suture/schema";

/** A store that fails at the n-th call of a write, or at its commit. */
export function failingStore(inner: Store) {
  let callsLeft = Number.POSITIVE_INFINITY;
  const fail = () => new StoreError("store-full", "no space in this test");
  const step = () => {
    callsLeft -= 1;
    if (callsLeft < 0) throw fail();
  };
  const wrap = (tx: WriteTransaction): WriteTransaction => ({
    get: async (table, key) => (step(), tx.get(table, key)),
    scan: async (table, range) => (step(), tx.scan(table, range)),
    put: async (table, key, value) => (step(), tx.put(table, key, value)),
    delete: async (table, key) => (step(), tx.delete(table, key)),
  });
  const store: Store = {
    write: (partition, work) =>
      inner.write(partition, async (tx) => {
        const result = await work(wrap(tx));
        step();
        return result;
      }),
    read: <T>(partition: string, work: (tx: ReadTransaction) => Promise<T>) =>
      inner.read(partition, work),
    listPartitions: () => inner.listPartitions(),
    close: () => inner.close(),
  };
  return {
    store,
    failAfter: (calls: number) => {
      callsLeft = calls;
    },
    heal: () => {
      callsLeft = Number.POSITIVE_INFINITY;
    },
    get hasFailed() {
      return callsLeft < 0;
    },
  };
}
