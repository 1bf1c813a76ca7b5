import { beforeEach, expect, test } from "vitest";
import {
  identityPartition,
  refreshesTable,
  sessionsTable,
} from "./identity-tables.ts";
import {
  createIdentityWorld,
  createTestDevice,
  registerOn,
  signInSomebody,
  syncRequest,
} from "./identity-world.ts";
import type { IdentityWorld } from "./identity-world.ts";
import {
  refreshTokenLifetimeMs,
  sessionTokenLifetimeMs,
} from "./session-tokens.ts";
import type { SessionGrant } from "./session-tokens.ts";

let world: IdentityWorld;
let grant: SessionGrant;
beforeEach(async () => {
  world = await createIdentityWorld();
  grant = await signInSomebody(world, "ann@clinic.example");
});

async function codeOf(sessionToken: string): Promise<string> {
  const verified = await world.identity.verifySessionRequest(
    `Bearer ${sessionToken}`,
  );
  return verified.ok ? "ok" : verified.error.code;
}

async function renew(refreshToken: string): Promise<SessionGrant | string> {
  const renewed = await world.identity.renewSession(refreshToken);
  return renewed.ok ? renewed.value : renewed.error.code;
}

async function renewed(refreshToken: string): Promise<SessionGrant> {
  const next = await renew(refreshToken);
  if (typeof next === "string") throw new Error(next);
  return next;
}

test("[ID-8] a session token says whose it is, for 15 minutes", async () => {
  const verified = await world.identity.verifySessionRequest(
    `Bearer ${grant.sessionToken}`,
  );
  expect(verified).toMatchObject({
    ok: true,
    value: {
      personId: grant.personId,
      expiresAtMs: grant.sessionTokenExpiresAtMs,
    },
  });
  expect(grant.sessionTokenExpiresAtMs).toBe(
    world.clock.now() + sessionTokenLifetimeMs,
  );
  world.clock.advance(sessionTokenLifetimeMs);
  expect(await codeOf(grant.sessionToken)).toBe("token-expired");
});

test("[ID-8] without a token, or by another scheme, a request is nobody's", async () => {
  for (const header of [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    `DPoP ${grant.sessionToken}`,
    `Bearer ${grant.sessionToken} x`,
  ]) {
    expect(await world.identity.verifySessionRequest(header)).toMatchObject({
      ok: false,
      error: { code: "token-missing" },
    });
  }
});

test("[ID-8] signing out ends the session token at once, and the refresh token with it; other sessions go on", async () => {
  const other = await signInSomebody(world, "ann@clinic.example");
  const verified = await world.identity.verifySessionRequest(
    `Bearer ${grant.sessionToken}`,
  );
  if (!verified.ok) throw new Error(verified.error.code);
  await world.identity.signOut(verified.value);
  expect(await codeOf(grant.sessionToken)).toBe("token-revoked");
  expect(await renew(grant.refreshToken)).toBe("session-ended");
  expect(await codeOf(other.sessionToken)).toBe("ok");
});

test("[ID-9] a refresh token gives the next session token and the next refresh token", async () => {
  world.clock.advance(sessionTokenLifetimeMs);
  const next = await renewed(grant.refreshToken);
  expect(next.personId).toBe(grant.personId);
  expect(next.refreshToken).not.toBe(grant.refreshToken);
  expect(await codeOf(next.sessionToken)).toBe("ok");
});

test("[ID-9] a refresh token whose answer was lost is good once more, and as often as that happens", async () => {
  for (let count = 0; count < 3; count++) await renewed(grant.refreshToken);
  const heard = await renewed(grant.refreshToken);
  const next = await renewed(heard.refreshToken);
  await renewed(heard.refreshToken);
  expect(await codeOf(next.sessionToken)).toBe("ok");
});

test("[ID-9] a refresh token that comes back after the next was used ends its whole session, and no other", async () => {
  const other = await signInSomebody(world, "ann@clinic.example");
  const next = await renewed(grant.refreshToken);
  const third = await renewed(next.refreshToken);
  expect(await renew(grant.refreshToken)).toBe("refresh-reused");
  expect(await renew(third.refreshToken)).toBe("session-ended");
  expect(await codeOf(next.sessionToken)).toBe("token-revoked");
  expect(await codeOf(other.sessionToken)).toBe("ok");
});

test("[ID-9] of two renewals at once with one refresh token both are answered, and who uses the second of the next ends the session", async () => {
  const [mine, theirs] = await Promise.all([
    renewed(grant.refreshToken),
    renewed(grant.refreshToken),
  ]);
  const next = await renewed(mine.refreshToken);
  expect(await renew(theirs.refreshToken)).toBe("refresh-reused");
  expect(await codeOf(next.sessionToken)).toBe("token-revoked");
});

test("[ID-9] a refresh token that renewed once before this server was brought up to date does not renew again", async () => {
  const [row] = await world.store.read(identityPartition, (tx) =>
    tx.scan(refreshesTable),
  );
  if (row === undefined) throw new Error("it has none");
  await world.store.write(identityPartition, (tx) =>
    tx.put(refreshesTable, row.key, { ...row.value, isUsed: true }),
  );
  expect(await renew(grant.refreshToken)).toBe("refresh-reused");
});

test("[ID-9] a refresh token lives 30 days, and each renewal starts them anew", async () => {
  world.clock.advance(refreshTokenLifetimeMs - 1);
  const next = await renewed(grant.refreshToken);
  world.clock.advance(refreshTokenLifetimeMs - 1);
  const third = await renewed(next.refreshToken);
  world.clock.advance(refreshTokenLifetimeMs);
  expect(await renew(third.refreshToken)).toBe("session-ended");
});

test("[ID-9] made-up refresh tokens, and session tokens in their place, renew nothing", async () => {
  for (const text of ["", "made up", grant.sessionToken])
    expect(await renew(text)).toBe("session-ended");
  expect(await codeOf(grant.sessionToken)).toBe("ok");
});

test("[ID-5] the store holds no refresh token in the clear", async () => {
  const rows = await world.store.read(identityPartition, (tx) =>
    tx.scan(refreshesTable),
  );
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(grant.refreshToken);
});

test("[ID-10] a sync token is useless as a session token, and a session token as a sync token", async () => {
  const device = await createTestDevice();
  const registered = await registerOn(world, device, grant.sessionToken);
  if (!registered.ok) throw new Error(registered.error.code);
  expect(await codeOf(registered.value.syncToken)).toBe("token-wrong-kind");
  const crossed = await world.identity.verifySyncRequest(
    await syncRequest(world, device, grant.sessionToken),
  );
  expect(crossed).toMatchObject({
    ok: false,
    error: { code: "token-wrong-kind" },
  });
  expect(
    await world.identity.verifyBatchToken(grant.sessionToken, device.jkt),
  ).toMatchObject({
    error: { code: "token-wrong-kind" },
  });
});

test("[ID-9] expired rows are removed, and nothing else", async () => {
  await renewed(grant.refreshToken);
  expect(await world.identity.removeExpired()).toBe(0);
  world.clock.advance(refreshTokenLifetimeMs);
  expect(await world.identity.removeExpired()).toBe(3);
  expect(
    await world.store.read(identityPartition, (tx) => tx.scan(sessionsTable)),
  ).toEqual([]);
});
