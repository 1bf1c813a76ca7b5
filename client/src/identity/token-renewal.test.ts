import { deviceIdSchema, personIdSchema } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import { generateDeviceKeyPair } from "./device-key.ts";
import { createMemoryTokenStore, type TokenStore } from "./token-store.ts";
import { TokenRenewal } from "./token-renewal.ts";

const dayMs = 24 * 3_600_000;
const personId = personIdSchema.parse("ann");
const deviceId = deviceIdSchema.parse("00000000-0000-4000-8000-000000000001");
let nowMs: number;
/** Its clock, before the device's. */
let serverAheadMs: number;
let isReachable: boolean;
let tokens: TokenStore;
let asked: string[];
let renewal: TokenRenewal;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 5);
  isReachable = true;
  asked = [];
  tokens = createMemoryTokenStore();
  await tokens.saveKeyPair(
    await generateDeviceKeyPair({ isExtractable: false }),
  );
  await tokens.saveGrant({
    personId,
    deviceId,
    syncToken: "sync 0",
    syncTokenExpiresAtMs: nowMs + 180 * dayMs,
    refreshToken: "refresh 0",
  });
  serverAheadMs = 0;
  renewal = new TokenRenewal({
    url: "https://suture.example",
    tokens,
    clock: { now: () => nowMs },
    random: { bytes: (length) => new Uint8Array(length) },
    fetch: async (url, { body }) => {
      if (!isReachable) throw new TypeError("fetch failed");
      const count = asked.push(new URL(url).pathname);
      return Response.json({
        personId: body === '{"refreshToken":"refresh b"}' ? "ben" : personId,
        deviceId,
        sessionToken: `session ${count}`,
        sessionTokenExpiresAtMs: nowMs + serverAheadMs + 15 * 60_000,
        refreshToken: `refresh ${count}`,
        syncToken: `sync ${count}`,
        syncTokenExpiresAtMs: nowMs + 180 * dayMs,
      });
    },
  });
});

test("[ID-21] a sync token is renewed once less than half of its life is left", async () => {
  nowMs += 89 * dayMs;
  await renewal.keepSyncToken(personId);
  expect(asked).toEqual([]);
  nowMs += 2 * dayMs;
  isReachable = false;
  await renewal.keepSyncToken(personId);
  expect(await tokens.loadGrant(personId)).toMatchObject({
    syncToken: "sync 0",
  });
  isReachable = true;
  await Promise.all([
    renewal.keepSyncToken(personId),
    renewal.keepSyncToken(personId),
  ]);
  await renewal.keepSyncToken(personId);
  expect(asked).toEqual(["/v1/sync-token/renew"]);
  expect(await tokens.loadGrant(personId)).toMatchObject({
    syncToken: "sync 1",
    refreshToken: "refresh 0",
  });
});

test("[ID-22] a session is renewed when it is about to end, and once for all who ask", async () => {
  const both = await Promise.all([
    renewal.liveSession(personId),
    renewal.liveSession(personId),
  ]);
  expect(both).toMatchObject([
    { ok: true, value: { sessionToken: "session 1" } },
    { ok: true, value: { sessionToken: "session 1" } },
  ]);
  nowMs += 14.5 * 60_000;
  isReachable = false;
  expect(await renewal.liveSession(personId)).toMatchObject({
    ok: false,
    error: { code: "unreachable" },
  });
  isReachable = true;
  expect(await renewal.liveSession(personId)).toMatchObject({
    value: { sessionToken: "session 2" },
  });
  expect(await renewal.liveSession(undefined)).toMatchObject({
    error: { code: "session-ended" },
  });
});

test("[AP-143] a session ends for a device when it ends for the server, however wrong the device's clock is", async () => {
  for (const aheadMs of [60 * 60_000, -60 * 60_000]) {
    serverAheadMs = aheadMs;
    const first = await renewal.liveSession(personId);
    nowMs += 13 * 60_000;
    expect(await renewal.liveSession(personId)).toEqual(first);
    nowMs += 2 * 60_000;
    expect(await renewal.liveSession(personId)).not.toEqual(first);
    nowMs += 15 * 60_000;
  }
});

test("[ID-35] signing out after a restart forgets the stored refresh token, and ends the session it stood for", async () => {
  await renewal.signOut(personId);
  expect(asked).toEqual(["/v1/session/renew", "/v1/session/sign-out"]);
  expect(await tokens.loadGrant(personId)).toMatchObject({
    syncToken: "sync 0",
    refreshToken: undefined,
  });
  expect(await renewal.liveSession(personId)).toMatchObject({
    error: { code: "session-ended" },
  });
});

test("[ID-35] signing out without a network forgets it here all the same", async () => {
  isReachable = false;
  await renewal.signOut(personId);
  isReachable = true;
  expect(asked).toEqual([]);
  expect(await renewal.liveSession(personId)).toMatchObject({
    error: { code: "session-ended" },
  });
});

test("[ID-35] a renewal that was on its way brings no session back; another person's session goes on", async () => {
  const other = personIdSchema.parse("ben");
  await tokens.saveGrant({
    personId: other,
    deviceId,
    syncToken: "sync b",
    syncTokenExpiresAtMs: nowMs + 180 * dayMs,
    refreshToken: "refresh b",
  });
  const renewing = renewal.liveSession(personId);
  await renewal.signOut(personId);
  expect(await renewing).toMatchObject({ error: { code: "session-ended" } });
  expect(renewal.session).toBe(undefined);
  const bens = await renewal.liveSession(other);
  expect(bens.ok).toBe(true);
  await renewal.signOut(personId);
  expect(renewal.session).toEqual(bens.ok && bens.value);
});
