/** Identity as `main` wires it: accounts and everything else in one SQLite file, through a restart. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { createAccounts } from "./better-auth-accounts.ts";
import { identityTables } from "./identity-tables.ts";
import {
  createCheapHashing,
  createTestDevice,
  createTestRandom,
  HandSetClock,
  issuer,
  registerOn,
  signInSomebody,
  syncRequest,
} from "./identity-world.ts";
import type { IdentityWorld } from "./identity-world.ts";
import { createIdentity } from "./identity.ts";
import { loadSecret } from "./secrets.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "identity-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const clock = new HandSetClock();

async function openServer(
  seed: string,
): Promise<IdentityWorld & { close(): Promise<void> }> {
  const file = join(directory, "suture.sqlite");
  const random = createTestRandom(seed);
  const store = await openSqliteStore({
    file,
    tables: identityTables,
    migrations: [],
  });
  const database = new Database(file);
  const secret = await loadSecret(store, random, "accounts");
  const passwordHashing = createCheapHashing();
  const accounts = await createAccounts({
    database,
    secret,
    random,
    passwordHashing,
  });
  const identity = await createIdentity({
    store,
    accounts,
    clock,
    random,
    issuer,
  });
  return {
    clock,
    random,
    store,
    identity,
    async close() {
      database.close();
      await store.close();
    },
  };
}

test("[ID-10] accounts, sessions, sync tokens and nonces outlive a restart of the server", async () => {
  const before = await openServer("before");
  const device = await createTestDevice();
  const ann = await signInSomebody(before, "ann@clinic.example");
  const registered = await registerOn(before, device, ann.sessionToken);
  if (!registered.ok) throw new Error(registered.error.code);
  const { syncToken } = registered.value;
  const stale = await syncRequest(before, device, syncToken, {
    payload: { iat: 0 },
  });
  const asked = await before.identity.verifySyncRequest(stale);
  if (asked.ok) throw new Error("a nonce was expected");
  await before.close();

  const after = await openServer("after");
  const nonce = asked.error.dpopNonce;
  const request = await syncRequest(after, device, syncToken, {
    payload: { iat: 0, nonce },
  });
  expect(await after.identity.verifySyncRequest(request)).toMatchObject({
    ok: true,
  });
  expect(
    await after.identity.verifySessionRequest(`Bearer ${ann.sessionToken}`),
  ).toMatchObject({ ok: true });
  expect(await after.identity.renewSession(ann.refreshToken)).toMatchObject({
    ok: true,
  });
  expect((await signInSomebody(after, "ann@clinic.example")).personId).toBe(
    ann.personId,
  );
  await after.close();
});

test("[ID-2] many sign-ups and sign-ins at once go well beside a store that commits all the time", async () => {
  const server = await openServer("busy");
  const emails = Array.from(
    { length: 40 },
    (_, index) => `person${index}@clinic.example`,
  );
  const grants = await Promise.all(
    emails.map(async (email) => {
      const device = await createTestDevice();
      const grant = await signInSomebody(server, email);
      const registered = await registerOn(server, device, grant.sessionToken);
      return registered.ok ? registered.value.deviceId : registered.error.code;
    }),
  );
  expect(new Set(grants).size).toBe(emails.length);
  expect(grants.every((grant) => grant.length === 36)).toBe(true);
  await server.close();
});
