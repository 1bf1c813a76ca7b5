import { createMemoryStore, StoreError, type Store } from "@suture/schema";

import { clientTables } from "../store/client-tables.ts";

/** A store in memory whose reads can be made to fail. */
export function unreadableStore() {
  const inner = createMemoryStore({ tables: clientTables });
  let isFailing = false;
  const store: Store = {
    write: (partition, work) => inner.write(partition, work),
    read: (partition, work) =>
      isFailing
        ? Promise.reject(new StoreError("store-failed", "a bad moment"))
        : inner.read(partition, work),
    listPartitions: () => inner.listPartitions(),
    close: () => inner.close(),
  };
  return { store, fail: (fails: boolean) => void (isFailing = fails) };
}
