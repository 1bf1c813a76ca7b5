import { deviceIdSchema } from "@suture/schema";
import type { DeviceId } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";
import {
  createIdentityWorld,
  createTestDevice,
  makeProof,
  registerOn,
  signInSomebody,
  syncRequest,
} from "./identity-world.ts";
import type { IdentityWorld, TestDevice } from "./identity-world.ts";
import type { Revocation } from "./revocations.ts";
import type { SessionGrant } from "./session-tokens.ts";
import type { SyncGrant } from "./sync-tokens.ts";

let world: IdentityWorld;
let tablet: TestDevice;
let ann: SessionGrant;
let bob: SessionGrant;
let announced: Revocation[];
beforeEach(async () => {
  world = await createIdentityWorld();
  tablet = await createTestDevice();
  ann = await signInSomebody(world, "ann@clinic.example");
  bob = await signInSomebody(world, "bob@clinic.example");
  announced = [];
  world.identity.onRevoked((revocation) => announced.push(revocation));
});

async function register(
  person: SessionGrant,
  device = tablet,
): Promise<SyncGrant> {
  const registered = await registerOn(world, device, person.sessionToken);
  if (!registered.ok) throw new Error(registered.error.code);
  return registered.value;
}

async function codeOf(grant: SyncGrant, device = tablet): Promise<string> {
  const verified = await world.identity.verifySyncRequest(
    await syncRequest(world, device, grant.syncToken),
  );
  return verified.ok ? "ok" : verified.error.code;
}

const nobodysDevice: DeviceId = deviceIdSchema.parse(
  "00000000-0000-4000-8000-000000000000",
);

test("[ID-15] the same key is the same device, however often and by whomever it is registered", async () => {
  const first = await register(ann);
  const second = await register(ann);
  const bobs = await register(bob);
  expect([second.deviceId, bobs.deviceId]).toEqual([
    first.deviceId,
    first.deviceId,
  ]);
  expect(await world.identity.devices.find(first.deviceId)).toMatchObject({
    name: "Ward tablet",
    personIds: [ann.personId, bob.personId],
    revokedAtMs: undefined,
  });
});

test("[ID-15] registering needs a session and a proof with the very key", async () => {
  const other = await createTestDevice();
  const url = "https://suture.example/v1/devices";
  const request = {
    publicKey: tablet.publicKey,
    name: "x",
    method: "POST",
    url,
  };
  const authorization = `Bearer ${ann.sessionToken}`;
  const proof = (device: TestDevice, token: string) =>
    makeProof(device, { clock: world.clock, token, method: "POST", url });
  const codeFor = async (
    authorized: string | undefined,
    dpop: string | undefined,
  ) => {
    const registered = await world.identity.registerDevice({
      ...request,
      authorization: authorized,
      dpop,
    });
    return registered.ok ? "ok" : registered.error.code;
  };
  expect(await codeFor(authorization, undefined)).toBe("proof-missing");
  expect(
    await codeFor(authorization, await proof(other, ann.sessionToken)),
  ).toBe("proof-invalid");
  expect(
    await codeFor(authorization, await proof(tablet, bob.sessionToken)),
  ).toBe("proof-invalid");
  expect(await codeFor(undefined, await proof(tablet, ann.sessionToken))).toBe(
    "token-missing",
  );
  expect(
    await codeFor(authorization, await proof(tablet, ann.sessionToken)),
  ).toBe("ok");
});

test("[ID-15] a person lists the devices they are on, oldest first, and renames them; nobody else does", async () => {
  const tabletGrant = await register(ann);
  world.clock.advance(1_000);
  const phone = await register(ann, await createTestDevice());
  const renamed = await world.identity.devices.rename(
    ann.personId,
    phone.deviceId,
    "Phone",
  );
  expect(renamed).toMatchObject({ ok: true, value: { name: "Phone" } });
  const names = (await world.identity.devices.listOfPerson(ann.personId)).map(
    (device) => [device.deviceId, device.name],
  );
  expect(names).toEqual([
    [tabletGrant.deviceId, "Ward tablet"],
    [phone.deviceId, "Phone"],
  ]);
  expect(await world.identity.devices.listOfPerson(bob.personId)).toEqual([]);
  for (const deviceId of [phone.deviceId, nobodysDevice]) {
    expect(
      await world.identity.devices.rename(bob.personId, deviceId, "Mine"),
    ).toMatchObject({
      error: { code: "device-unknown" },
    });
  }
});

test("[ID-16] revoking a device ends the sync of everyone on it, tells listeners, and is for good", async () => {
  const [anns, bobs] = [await register(ann), await register(bob)];
  expect(await world.identity.devices.revoke(anns.deviceId)).toMatchObject({
    ok: true,
  });
  expect(announced).toEqual([{ kind: "device", deviceId: anns.deviceId }]);
  expect([await codeOf(anns), await codeOf(bobs)]).toEqual([
    "token-revoked",
    "token-revoked",
  ]);
  expect(await registerOn(world, tablet, ann.sessionToken)).toMatchObject({
    error: { code: "device-revoked" },
  });
  expect(
    await world.identity.devices.rename(ann.personId, anns.deviceId, "x"),
  ).toMatchObject({
    error: { code: "device-revoked" },
  });
  expect(await world.identity.devices.find(anns.deviceId)).toMatchObject({
    revokedAtMs: world.clock.now(),
  });
  expect(await world.identity.devices.revoke(nobodysDevice)).toMatchObject({
    error: { code: "device-unknown" },
  });
});

test("[ID-16] who leaves a shared device takes only their own access with them", async () => {
  const [anns, bobs] = [await register(ann), await register(bob)];
  expect(
    await world.identity.devices.leave(bob.personId, bobs.deviceId),
  ).toMatchObject({ ok: true });
  expect(announced).toEqual([
    {
      kind: "person-on-device",
      deviceId: bobs.deviceId,
      personId: bob.personId,
    },
  ]);
  expect([await codeOf(anns), await codeOf(bobs)]).toEqual([
    "ok",
    "token-revoked",
  ]);
  expect(await world.identity.devices.listOfPerson(bob.personId)).toEqual([]);
  expect(
    await world.identity.devices.leave(bob.personId, bobs.deviceId),
  ).toMatchObject({ error: { code: "device-unknown" } });
  expect(await codeOf(await register(bob))).toBe("ok");
});

test("[ID-16] when the last person leaves, the device is revoked", async () => {
  const anns = await register(ann);
  await world.identity.devices.leave(ann.personId, anns.deviceId);
  expect(announced).toEqual([{ kind: "device", deviceId: anns.deviceId }]);
  expect(await codeOf(anns)).toBe("token-revoked");
  expect(await world.identity.devices.listOfPerson(ann.personId)).toMatchObject(
    [{ revokedAtMs: world.clock.now() }],
  );
});

test("[ID-16] revoking a person ends their sessions and their sync everywhere, and nobody else's", async () => {
  const [anns, bobs] = [await register(ann), await register(bob)];
  const phone = await createTestDevice();
  const phones = await register(bob, phone);
  await world.identity.revokePerson(bob.personId);
  expect(
    await world.identity.verifySessionRequest(`Bearer ${bob.sessionToken}`),
  ).toMatchObject({
    error: { code: "token-revoked" },
  });
  expect(await codeOf(bobs)).toBe("token-revoked");
  expect(await codeOf(phones, phone)).toBe("token-revoked");
  expect(await codeOf(anns)).toBe("ok");
  expect(announced).toContainEqual({ kind: "person", personId: bob.personId });
});

test("[ID-16] a listener that was taken away hears nothing", async () => {
  const heard: Revocation[] = [];
  const stop = world.identity.onRevoked((revocation) => heard.push(revocation));
  stop();
  await world.identity.devices.revoke((await register(ann)).deviceId);
  expect(heard).toEqual([]);
  expect(announced).toHaveLength(1);
});
