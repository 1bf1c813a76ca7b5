import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { testAccountsContract } from "./accounts.contract.ts";
import { createAccounts } from "./better-auth-accounts.ts";
import { createCheapHashing, createTestRandom } from "./identity-world.ts";

const secret = "0123456789abcdef0123456789abcdef0123456789a";
const ann = {
  email: "ann@clinic.example",
  password: "correct horse battery",
  name: "Ann",
};

let directory: string;
let databases: Database.Database[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "accounts-"));
  databases = [];
});
afterEach(() => {
  for (const database of databases) database.close();
  rmSync(directory, { recursive: true, force: true });
});

function openDatabase(): Database.Database {
  const database = new Database(join(directory, "suture.sqlite"), {
    timeout: 100,
  });
  database.pragma("journal_mode = WAL");
  databases.push(database);
  return database;
}

describe("accounts kept by better-auth", () => {
  testAccountsContract(async () => {
    const passwordHashing = createCheapHashing();
    const accounts = await createAccounts({
      database: openDatabase(),
      secret,
      random: createTestRandom(),
      passwordHashing,
    });
    return { accounts, hashCount: passwordHashing.count };
  });

  test("[ID-2] accounts are there after a restart, with the scrypt they have by default", async () => {
    const before = await createAccounts({
      database: openDatabase(),
      secret,
      random: createTestRandom(),
    });
    const signedUp = await before.signUp(ann);
    const after = await createAccounts({
      database: openDatabase(),
      secret,
      random: createTestRandom("restart"),
    });
    expect(await after.signIn(ann)).toEqual(signedUp);
    expect(
      await after.signIn({ ...ann, password: "wrong password" }),
    ).toMatchObject({ ok: false });
  });

  test("[ID-5] it keeps no session of its own and no password", async () => {
    const database = openDatabase();
    const accounts = await createAccounts({
      database,
      secret,
      random: createTestRandom(),
    });
    await accounts.signUp(ann);
    await accounts.signIn(ann);
    expect(database.prepare("SELECT * FROM session").all()).toEqual([]);
    expect(
      JSON.stringify(database.prepare("SELECT * FROM account").all()),
    ).not.toContain(ann.password);
  });

  test("[ID-2] a sign-up that a crash left half made can be made again", async () => {
    const database = openDatabase();
    const accounts = await createAccounts({
      database,
      secret,
      random: createTestRandom(),
    });
    await accounts.signUp(ann);
    database.exec("DELETE FROM account");
    const restarted = await createAccounts({
      database: openDatabase(),
      secret,
      random: createTestRandom("restart"),
    });
    const again = await restarted.signUp(ann);
    expect(again.ok).toBe(true);
    expect(await restarted.signIn(ann)).toEqual(again);
  });

  test("[ID-2] a sign-up succeeds though another connection commits while the password is hashed", async () => {
    const store = openDatabase();
    store.exec("CREATE TABLE other (value)");
    const cheap = createCheapHashing();
    const accounts = await createAccounts({
      database: openDatabase(),
      secret,
      random: createTestRandom(),
      passwordHashing: {
        verify: cheap.verify,
        async hash(password) {
          store.exec("INSERT INTO other VALUES (1)");
          return cheap.hash(password);
        },
      },
    });
    const signedUp = await accounts.signUp(ann);
    expect(signedUp.ok).toBe(true);
    expect(await accounts.signIn(ann)).toEqual(signedUp);
  });
});
