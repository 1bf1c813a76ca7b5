import { describe } from "vitest";
// The contract is no part of what is published.
// oxlint-disable-next-line house/one-way-imports
import {
  contractTables,
  testStoreContract,
} from "../../../schema/src/storage/store.contract.ts";
import { BrowserStores } from "./browser-stores.test-support.ts";

describe("IndexedDB", () => {
  testStoreContract(
    "IndexedDB",
    { isDurable: true, hasGroupCommit: true },
    async () => {
      const stores = new BrowserStores({ tables: contractTables });
      const commitSizes: number[] = [];
      const store = await stores.open({
        onCommit: (writeCount) => commitSizes.push(writeCount),
      });
      return {
        store,
        commitSizes,
        durable: {
          reopen: () => stores.open(),
          openAsAfterCrash: () => stores.openCopy(),
        },
        dispose: () => stores.dispose(),
      };
    },
  );
});
