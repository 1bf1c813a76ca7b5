import { describe } from "vitest";
import { testTokenStoreContract } from "./token-store.contract.ts";
import { createMemoryTokenStore } from "./token-store.ts";

describe("token store in memory", () => {
  testTokenStoreContract(async () => createMemoryTokenStore());
});
