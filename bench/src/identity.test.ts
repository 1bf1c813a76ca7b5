/** The client's identity functions against the server's real routes, in one process. SPEC ID-18. */
import {
  beginExternalSignIn,
  createMemoryTokenStore,
  makeSyncHeaders,
  openDeviceKey,
  renewSession,
  renewSyncToken,
  signIn,
  signOut,
} from "@suture/client";
import type { Fetch, SignedIn, TokenStore } from "@suture/client";
import {
  createMemoryStore,
  err,
  identityError,
  ok,
  type Clock,
  type Random,
} from "@suture/schema";
import {
  createIdentity,
  createIdentityRoutes,
  createMemoryAccounts,
  identityTables,
} from "@suture/server";
import type { Identity } from "@suture/server";
import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";

const url = "https://suture.example";
const day = 24 * 3_600_000;
const ann = {
  email: "ann@clinic.example",
  password: "correct horse battery",
  name: "Ann",
};
const bob = {
  email: "bob@clinic.example",
  password: "another fine password",
  name: "Bob",
};

function createTestRandom(seed: string): Random {
  let count = 0;
  return {
    bytes: (length) =>
      new Uint8Array(
        createHash("sha512")
          .update(`${seed}${count++}`)
          .digest()
          .subarray(0, length),
      ),
  };
}

let serverNowMs: number;
let deviceOffMs: number;
let identity: Identity;
let tokens: TokenStore;
let fetch: Fetch;
let deviceRandom: Random;
const deviceClock: Clock = { now: () => serverNowMs + deviceOffMs };

beforeEach(async () => {
  serverNowMs = Date.UTC(2026, 0, 5, 9);
  deviceOffMs = 0;
  deviceRandom = createTestRandom("device");
  const random = createTestRandom("server");
  identity = await createIdentity({
    store: createMemoryStore({ tables: identityTables }),
    accounts: createMemoryAccounts({ random }),
    clock: { now: () => serverNowMs },
    random,
    issuer: url,
    // A service that signs in whoever says their name and the nonce.
    externalIssuer: {
      issuer: "https://accounts.example",
      clientId: "suture",
      authorizationEndpoint: async () => ok("https://accounts.example/auth"),
      exchange: async ({ code }) => ok(code),
      verify: async (idToken, nonce) =>
        idToken.endsWith(nonce)
          ? ok({
              subject: idToken.slice(0, -nonce.length),
              authenticatedAtMs: null,
            })
          : err(identityError("external-sign-in-refused")),
    },
  });
  const app = createIdentityRoutes({ identity });
  fetch = async (address, init) => app.request(address, init);
  tokens = createMemoryTokenStore();
  for (const person of [ann, bob]) await identity.signUp(person);
});

const deps = () => ({
  url,
  fetch,
  tokens,
  clock: deviceClock,
  random: deviceRandom,
});

async function signedIn(person = ann): Promise<SignedIn> {
  const result = await signIn({
    ...deps(),
    ...person,
    deviceName: "Ward tablet",
  });
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

/** A socket's upgrade, authenticated as the sync client does it. */
async function openSync(personId: SignedIn["personId"], nonce?: string) {
  const grant = await tokens.loadGrant(personId);
  const pair = await tokens.loadKeyPair();
  if (!grant || !pair) throw new Error("not signed in");
  const request = {
    method: "GET",
    url: "wss://suture.example/v1/sync",
    token: grant.syncToken,
    nonce,
  };
  const key = await openDeviceKey(pair);
  const headers = await makeSyncHeaders(
    { key, clock: deviceClock, random: deviceRandom },
    request,
  );
  return identity.verifySyncRequest({
    ...headers,
    method: "GET",
    url: `${url}/v1/sync`,
  });
}

test("[ID-18] after signing in once, the device is known, the session works and sync is authenticated", async () => {
  const session = await signedIn();
  expect(
    await identity.verifySessionRequest(`Bearer ${session.sessionToken}`),
  ).toMatchObject({ ok: true });
  expect(await openSync(session.personId)).toMatchObject({
    ok: true,
    value: { personId: session.personId, deviceId: session.deviceId },
  });
  expect(await identity.devices.listOfPerson(session.personId)).toMatchObject([
    { name: "Ward tablet" },
  ]);
});

test("[ID-15] signing in again, and a second person, find the device that is there", async () => {
  const first = await signedIn();
  serverNowMs += day;
  const again = await signedIn();
  const bobs = await signedIn(bob);
  expect([again.deviceId, bobs.deviceId]).toEqual([
    first.deviceId,
    first.deviceId,
  ]);
  const bobsToken = (await tokens.loadGrant(bobs.personId))?.syncToken ?? "";
  const opened = await openSync(first.personId);
  if (!opened.ok) throw new Error(opened.error.code);
  expect(
    await identity.verifyBatchToken(bobsToken, opened.value.jkt),
  ).toMatchObject({
    ok: true,
    value: { personId: bobs.personId },
  });
});

test("[ID-18] a wrong password is told as such and leaves nothing", async () => {
  const refused = await signIn({
    ...deps(),
    ...ann,
    password: "wrong password",
    deviceName: "Tablet",
  });
  expect(refused).toMatchObject({
    ok: false,
    error: { code: "sign-in-refused", message: "E-mail or password is wrong." },
  });
  expect(await tokens.listPersonIds()).toEqual([]);
});

test("[ID-12] a device whose clock is years off signs in, syncs and renews all the same", async () => {
  for (const offMs of [-10 * 365 * day, 10 * 365 * day]) {
    deviceOffMs = offMs;
    serverNowMs += day;
    const session = await signedIn();
    const asked = await openSync(session.personId);
    if (asked.ok || asked.error.code !== "use_dpop_nonce")
      throw new Error("a nonce was expected");
    expect(
      await openSync(session.personId, asked.error.dpopNonce),
    ).toMatchObject({ ok: true });
    expect(await renewSyncToken(deps(), session.personId)).toMatchObject({
      ok: true,
    });
  }
});

test("[ID-9] sessions are renewed by the stored refresh token, each by the next", async () => {
  const session = await signedIn();
  for (let count = 0; count < 3; count++) {
    serverNowMs += day;
    const renewed = await renewSession(deps(), session.personId);
    if (!renewed.ok) throw new Error(renewed.error.code);
    expect(
      await identity.verifySessionRequest(
        `Bearer ${renewed.value.sessionToken}`,
      ),
    ).toMatchObject({ ok: true });
  }
});

test("[ID-9] a session outlives answers that are lost", async () => {
  const { personId } = await signedIn();
  const answering = fetch;
  for (let count = 0; count < 3; count++) {
    fetch = async (address, init) => {
      await answering(address, init);
      throw new TypeError("its page was closed");
    };
    expect(await renewSession(deps(), personId)).toMatchObject({
      error: { code: "unreachable" },
    });
    fetch = answering;
    expect(await renewSession(deps(), personId)).toMatchObject({ ok: true });
  }
});

test("[ID-10] signing out ends the session; sync goes on, and is renewed", async () => {
  const session = await signedIn();
  await signOut(deps(), session.personId, session);
  expect(
    await identity.verifySessionRequest(`Bearer ${session.sessionToken}`),
  ).toMatchObject({ error: { code: "token-revoked" } });
  expect(await renewSession(deps(), session.personId)).toMatchObject({
    error: { code: "session-ended" },
  });
  serverNowMs += 100 * day;
  expect(await renewSyncToken(deps(), session.personId)).toMatchObject({
    ok: true,
  });
  serverNowMs += 100 * day;
  expect(await openSync(session.personId)).toMatchObject({ ok: true });
});

test("[ID-31] a person signs in by what another service says of them, and syncs as with a password", async () => {
  const attempt = await beginExternalSignIn({ url, fetch });
  if (!attempt.ok) throw new Error(attempt.error.code);
  const { nonce, issuer, clientId } = attempt.value;
  expect({ issuer, clientId }).toEqual({
    issuer: "https://accounts.example",
    clientId: "suture",
  });
  const by = (idToken: string) =>
    signIn({ ...deps(), idToken, nonce, deviceName: "Tablet" });
  expect(await by("cleo of another attempt")).toMatchObject({
    error: { code: "external-sign-in-refused" },
  });
  const session = await by(`cleo${nonce}`);
  if (!session.ok) throw new Error(session.error.code);
  expect(await openSync(session.value.personId)).toMatchObject({ ok: true });
});

test("[ID-16] a revoked device starts anew as another device when somebody signs in on it", async () => {
  const session = await signedIn();
  await identity.devices.revoke(session.deviceId);
  expect(await openSync(session.personId)).toMatchObject({
    error: { code: "token-revoked" },
  });
  const anew = await signedIn();
  expect(anew.deviceId).not.toBe(session.deviceId);
  expect(await openSync(anew.personId)).toMatchObject({ ok: true });
});
