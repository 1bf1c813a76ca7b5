import { describe, expect, test } from "vitest";
import { testAccountsContract } from "./accounts.contract.ts";
import { createCheapHashing, createTestRandom } from "./identity-world.ts";
import { createMemoryAccounts } from "./memory-accounts.ts";

describe("accounts in memory", () => {
  testAccountsContract(async () => {
    const passwordHashing = createCheapHashing();
    const accounts = createMemoryAccounts({
      random: createTestRandom(),
      passwordHashing,
    });
    return { accounts, hashCount: passwordHashing.count };
  });

  test("[ID-2] with the scrypt it has by default, only the right password signs in", async () => {
    const accounts = createMemoryAccounts({ random: createTestRandom() });
    const ann = {
      email: "ann@clinic.example",
      password: "correct horse battery",
      name: "Ann",
    };
    const signedUp = await accounts.signUp(ann);
    expect(await accounts.signIn(ann)).toEqual(signedUp);
    expect(
      await accounts.signIn({ ...ann, password: "correct horse batterz" }),
    ).toMatchObject({ ok: false });
  });
});
