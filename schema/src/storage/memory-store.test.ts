import { createMemoryStore } from "./memory-store.ts";
import { contractTables, testStoreContract } from "./store.contract.ts";

testStoreContract(
  "memory",
  { isDurable: false, hasGroupCommit: false },
  async () => {
    const store = createMemoryStore({ tables: contractTables });
    return { store, dispose: () => store.close() };
  },
);
