import { beforeEach, expect, test } from "vitest";
import {
  createIdentityWorld,
  createTestDevice,
  issuer,
  registerOn,
  signInSomebody,
  syncRequest,
} from "./identity-world.ts";
import type { IdentityWorld, TestDevice } from "./identity-world.ts";
import { syncTokenLifetimeMs, syncTokenKind } from "./sync-tokens.ts";
import type { SyncGrant } from "./sync-tokens.ts";

let world: IdentityWorld;
let tablet: TestDevice;
let sessionToken: string;
let grant: SyncGrant;
beforeEach(async () => {
  world = await createIdentityWorld();
  tablet = await createTestDevice();
  ({ sessionToken } = await signInSomebody(world, "ann@clinic.example"));
  grant = await register(sessionToken, tablet);
});

async function register(token: string, device: TestDevice): Promise<SyncGrant> {
  const registered = await registerOn(world, device, token);
  if (!registered.ok) throw new Error(registered.error.code);
  return registered.value;
}

async function codeOf(
  syncToken: string,
  device: TestDevice = tablet,
): Promise<string> {
  const verified = await world.identity.verifySyncRequest(
    await syncRequest(world, device, syncToken),
  );
  return verified.ok ? "ok" : verified.error.code;
}

async function renew(syncToken: string): Promise<SyncGrant> {
  const caller = await world.identity.verifySyncRequest(
    await syncRequest(world, tablet, syncToken),
  );
  if (!caller.ok) throw new Error(caller.error.code);
  const renewed = await world.identity.renewSyncToken(caller.value);
  if (!renewed.ok) throw new Error(renewed.error.code);
  return renewed.value;
}

test("[ID-10] a sync token names person, device and itself, for 180 days", async () => {
  const verified = await world.identity.verifySyncRequest(
    await syncRequest(world, tablet, grant.syncToken),
  );
  expect(verified).toMatchObject({
    ok: true,
    value: {
      deviceId: grant.deviceId,
      jkt: tablet.jkt,
      expiresAtMs: grant.syncTokenExpiresAtMs,
    },
  });
  expect(grant.syncTokenExpiresAtMs).toBe(
    world.clock.now() + syncTokenLifetimeMs,
  );
  world.clock.advance(syncTokenLifetimeMs - 1);
  expect(await codeOf(grant.syncToken)).toBe("ok");
  world.clock.advance(1);
  expect(await codeOf(grant.syncToken)).toBe("token-expired");
});

test("[ID-10] a renewal gives another 180 days; the old token works until the new one is used", async () => {
  world.clock.advance(syncTokenLifetimeMs / 2);
  const lost = await renew(grant.syncToken);
  const next = await renew(grant.syncToken);
  expect(next).toMatchObject({
    deviceId: grant.deviceId,
    syncTokenExpiresAtMs: world.clock.now() + syncTokenLifetimeMs,
  });
  expect(await codeOf(grant.syncToken)).toBe("ok");
  expect(await codeOf(next.syncToken)).toBe("ok");
  expect(await codeOf(grant.syncToken)).toBe("token-revoked");
  expect(await codeOf(lost.syncToken)).toBe("token-revoked");
});

test("[ID-10] sync and session have separate lives", async () => {
  const verified = await world.identity.verifySessionRequest(
    `Bearer ${sessionToken}`,
  );
  if (!verified.ok) throw new Error(verified.error.code);
  await world.identity.signOut(verified.value);
  expect(await codeOf(grant.syncToken)).toBe("ok");

  const again = await signInSomebody(world, "ann@clinic.example");
  await world.identity.devices.revoke(grant.deviceId);
  expect(await codeOf(grant.syncToken)).toBe("token-revoked");
  expect(
    await world.identity.verifySessionRequest(`Bearer ${again.sessionToken}`),
  ).toMatchObject({ ok: true });
});

test("[ID-10] a key rotation leaves sync tokens in use", async () => {
  await world.identity.keys.rotate();
  expect(await codeOf(grant.syncToken)).toBe("ok");
});

test("[ID-10] a stolen token is useless on another device", async () => {
  const thief = await createTestDevice();
  expect(await codeOf(grant.syncToken, thief)).toBe("proof-invalid");
});

test("[ID-10] a sync token without a proof, or as a bearer token, is nothing", async () => {
  const request = await syncRequest(world, tablet, grant.syncToken);
  expect(
    await world.identity.verifySyncRequest({ ...request, dpop: undefined }),
  ).toMatchObject({
    error: { code: "proof-missing" },
  });
  expect(
    await world.identity.verifySyncRequest({
      ...request,
      authorization: `Bearer ${grant.syncToken}`,
    }),
  ).toMatchObject({
    error: { code: "token-missing" },
  });
});

test("[ID-10] the same claims signed for a device that the store does not know are revoked", async () => {
  const token = await world.identity.keys.sign(syncTokenKind, {
    sub: "ann",
    device_id: "00000000-0000-4000-8000-000000000000",
    jti: "00000000-0000-4000-8000-000000000001",
    exp: world.clock.now() / 1000 + 60,
    cnf: { jkt: tablet.jkt },
    iss: issuer,
  });
  expect(await codeOf(token)).toBe("token-revoked");
});

test("[ID-13] a batch may carry the token of another person on the same device", async () => {
  const bob = await signInSomebody(world, "bob@clinic.example");
  const bobs = await register(bob.sessionToken, tablet);
  expect(bobs.deviceId).toBe(grant.deviceId);
  expect(
    await world.identity.verifyBatchToken(bobs.syncToken, tablet.jkt),
  ).toMatchObject({
    ok: true,
    value: { personId: bob.personId, deviceId: grant.deviceId },
  });
  expect(await codeOf(grant.syncToken)).toBe("ok");
});

test("[ID-13] a batch with a token of another device, a revoked or an expired one is refused", async () => {
  const batchCode = async (token: string, jkt: string) => {
    const verified = await world.identity.verifyBatchToken(token, jkt);
    return verified.ok ? "ok" : verified.error.code;
  };
  const bob = await signInSomebody(world, "bob@clinic.example");
  const phone = await createTestDevice();
  const bobs = await register(bob.sessionToken, phone);
  expect(await batchCode(bobs.syncToken, tablet.jkt)).toBe(
    "token-of-other-device",
  );
  await world.identity.devices.revoke(bobs.deviceId);
  expect(await batchCode(bobs.syncToken, phone.jkt)).toBe("token-revoked");
  world.clock.advance(syncTokenLifetimeMs);
  expect(await batchCode(grant.syncToken, tablet.jkt)).toBe("token-expired");
});

test("[ID-10] expired tokens are removed from the store", async () => {
  world.clock.advance(syncTokenLifetimeMs - 1);
  await register(
    (await signInSomebody(world, "ann@clinic.example")).sessionToken,
    tablet,
  );
  world.clock.advance(1);
  // The first token, and what is left of the first sign-in.
  expect(await world.identity.removeExpired()).toBe(3);
});

test("[ID-10] a token is good for the key it was issued for, whatever a token with its ids says of the key", async () => {
  const { keys } = world.identity;
  const issued = await keys.verify(syncTokenKind, grant.syncToken);
  if (!issued.ok) throw new Error(issued.error.code);
  const thief = await createTestDevice();
  const token = await keys.sign(syncTokenKind, {
    ...issued.value,
    cnf: { jkt: thief.jkt },
  });
  const verified = await world.identity.verifySyncRequest(
    await syncRequest(world, thief, token),
  );
  expect(verified).toMatchObject({ error: { code: "token-revoked" } });
});

test("[ID-10] who renews without end keeps the token in use and the last eight; the others end", async () => {
  expect(await codeOf(grant.syncToken)).toBe("ok");
  const renewals: string[] = [];
  for (let count = 0; count < 9; count++) {
    world.clock.advance(1_000);
    renewals.push((await renew(grant.syncToken)).syncToken);
  }
  expect(await codeOf(grant.syncToken)).toBe("ok");
  expect(await codeOf(renewals[0] ?? "")).toBe("token-revoked");
  expect(await codeOf(renewals[1] ?? "")).toBe("ok");
});
