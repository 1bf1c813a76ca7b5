import { deviceIdSchema, recordIdFromBytes } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";
import {
  createIdentityWorld,
  createTestDevice,
  registerOn,
  signInSomebody,
  syncRequest,
} from "./identity-world.ts";
import type { IdentityWorld, TestDevice } from "./identity-world.ts";
import { identityPartition, owedEventsTable } from "./identity-tables.ts";
import type { Revocation } from "./revocations.ts";
import type { SessionGrant } from "./session-tokens.ts";
import type { SyncGrant } from "./sync-tokens.ts";

const recordId = (byte: number) =>
  recordIdFromBytes(new Uint8Array(16).fill(byte));
const clinic = recordId(1);
const workshop = recordId(2);
const member = { ann: recordId(11), bob: recordId(12), cem: recordId(13) };
const admin = recordId(14);
const memberIds = new Set(Object.values(member));

let world: IdentityWorld;
let tablet: TestDevice;
let ann: SessionGrant;
let bob: SessionGrant;
let cem: SessionGrant;
let announced: Revocation[];

/** Ann and Bob are of the clinic, Cem is of the workshop; all three may use the tablet. */
beforeEach(async () => {
  world = await createIdentityWorld();
  tablet = await createTestDevice();
  ann = await signInSomebody(world, "ann@clinic.example");
  bob = await signInSomebody(world, "bob@clinic.example");
  cem = await signInSomebody(world, "cem@workshop.example");
  await link(clinic, member.ann, ann);
  await link(clinic, member.bob, bob);
  await link(workshop, member.cem, cem);
  announced = [];
  world.identity.onRevoked((revocation) => announced.push(revocation));
});

async function link(
  organizationId: typeof clinic,
  memberId: typeof clinic,
  { personId }: SessionGrant,
): Promise<void> {
  const { invitations } = world.identity;
  await invitations.linkPerson({ organizationId, memberId }, personId);
}

async function register(person: SessionGrant): Promise<SyncGrant> {
  const registered = await registerOn(world, tablet, person.sessionToken);
  if (!registered.ok) throw new Error(registered.error.code);
  return registered.value;
}

async function codeOf({ syncToken }: SyncGrant): Promise<string> {
  const verified = await world.identity.verifySyncRequest(
    await syncRequest(world, tablet, syncToken),
  );
  return verified.ok ? "ok" : verified.error.code;
}

async function registrationCodeOf(person: SessionGrant): Promise<string> {
  const again = await registerOn(world, tablet, person.sessionToken);
  return again.ok ? "ok" : again.error.code;
}

function revoke(deviceId: SyncGrant["deviceId"], organizationId = clinic) {
  return world.identity.organizationDevices.revoke({
    organizationId,
    deviceId,
    byMemberId: admin,
    memberIds,
  });
}

async function owed() {
  const rows = await world.store.read(identityPartition, (tx) =>
    tx.scan(owedEventsTable),
  );
  return rows.map(({ value }) => value);
}

test("[ID-23] an admin sees the devices their members are on, and of those on them their members only", async () => {
  const { deviceId } = await register(ann);
  await register(cem);
  await register(bob);
  const devices = await world.identity.organizationDevices.list(
    clinic,
    memberIds,
  );
  expect(devices).toMatchObject([{ deviceId, name: "Ward tablet" }]);
  const seen = devices[0]?.members.map(({ memberId }) => memberId) ?? [];
  expect(new Set(seen)).toEqual(new Set([member.ann, member.bob]));
  expect(
    await world.identity.organizationDevices.list(recordId(9), memberIds),
  ).toEqual([]);
});

test("[ID-24] a device an admin revokes is closed to their members at once and for good, and open connections are told", async () => {
  const anns = await register(ann);
  const bobs = await register(bob);
  expect((await revoke(anns.deviceId)).ok).toBe(true);
  expect([await codeOf(anns), await codeOf(bobs)]).toEqual([
    "token-revoked",
    "token-revoked",
  ]);
  expect(announced).toEqual([
    {
      kind: "person-on-device",
      deviceId: anns.deviceId,
      personId: ann.personId,
    },
    { kind: "device", deviceId: anns.deviceId },
  ]);
  expect(await registrationCodeOf(ann)).toBe("device-revoked");
  expect(await registrationCodeOf(cem)).toBe("device-revoked");
});

test("[ID-24] people of another organization go on with the device, and nobody of the revoking one gets back on it", async () => {
  const anns = await register(ann);
  const cems = await register(cem);
  expect((await revoke(anns.deviceId)).ok).toBe(true);
  expect([await codeOf(anns), await codeOf(cems)]).toEqual([
    "token-revoked",
    "ok",
  ]);
  expect([
    await registrationCodeOf(ann),
    await registrationCodeOf(bob),
    await registrationCodeOf(cem),
  ]).toEqual(["device-revoked", "device-revoked", "ok"]);
});

test("[ID-24] whoever becomes a member later leaves the devices that are closed to them", async () => {
  const anns = await register(ann);
  const cems = await register(cem);
  await revoke(anns.deviceId);
  announced = [];
  const { invitations } = world.identity;
  const code = await invitations.createInvitation({
    organizationId: clinic,
    memberId: member.cem,
    invitedBy: bob.personId,
    byMemberId: member.bob,
    expiresAtMs: world.clock.now() + 1_000,
  });
  await invitations.acceptInvitation(code, cem.personId);
  expect(announced).toEqual([{ kind: "device", deviceId: anns.deviceId }]);
  expect(await codeOf(cems)).toBe("token-revoked");
});

test("[ID-24] one member is taken off; their colleague goes on, and they may sign in again", async () => {
  const anns = await register(ann);
  const bobs = await register(bob);
  const taken = await world.identity.organizationDevices.takeOff({
    organizationId: clinic,
    deviceId: anns.deviceId,
    memberId: member.ann,
    byMemberId: admin,
    memberIds,
  });
  expect(taken.ok).toBe(true);
  expect([await codeOf(anns), await codeOf(bobs)]).toEqual([
    "token-revoked",
    "ok",
  ]);
  expect(await registrationCodeOf(ann)).toBe("ok");
});

test("[ID-24] a device of another organization answers as one that does not exist, and nothing happens to it", async () => {
  const cems = await register(cem);
  const refused = await revoke(cems.deviceId);
  const nowhere = await revoke(
    deviceIdSchema.parse("00000000-0000-4000-8000-000000000000"),
  );
  expect(refused).toEqual(nowhere);
  expect(refused).toMatchObject({ error: { code: "device-unknown" } });
  const { organizationDevices } = world.identity;
  const stranger = {
    organizationId: clinic,
    deviceId: cems.deviceId,
    byMemberId: admin,
    memberIds,
  };
  expect(
    await organizationDevices.takeOff({ ...stranger, memberId: member.cem }),
  ).toEqual(nowhere);
  expect(
    await organizationDevices.takeOff({ ...stranger, memberId: member.ann }),
  ).toEqual(nowhere);
  expect(announced).toEqual([]);
  expect(await codeOf(cems)).toBe("ok");
});

test("[ID-24] what somebody is on who has left is no business of the organization: not shown, not renamed, not ended", async () => {
  const cems = await register(cem);
  await link(clinic, recordId(15), cem);
  const { organizationDevices } = world.identity;
  const device = {
    organizationId: clinic,
    deviceId: cems.deviceId,
    byMemberId: admin,
    memberIds,
  };
  expect(await organizationDevices.list(clinic, memberIds)).toEqual([]);
  for (const refused of [
    await organizationDevices.revoke(device),
    await organizationDevices.takeOff({ ...device, memberId: recordId(15) }),
    await organizationDevices.rename(device, "Ours"),
  ])
    expect(refused).toMatchObject({ error: { code: "device-unknown" } });
  expect(announced).toEqual([]);
  expect(await codeOf(cems)).toBe("ok");
  expect(await registrationCodeOf(cem)).toBe("ok");
});

test("[ID-24] the audit is told once who was taken off and by whom, each organization in its own members", async () => {
  await link(workshop, member.ann, ann);
  const { deviceId } = await register(ann);
  await register(bob);
  const before = (await owed()).length;
  await revoke(deviceId);
  expect((await revoke(deviceId)).ok).toBe(true);
  const told = (await owed()).slice(before);
  const byAdmin = { event: "device-withdrawn", deviceId, byMemberId: admin };
  expect(
    told.map(({ organizationId, event }) => ({ organizationId, event })),
  ).toEqual(
    expect.arrayContaining([
      {
        organizationId: clinic,
        event: { event: "device-closed", deviceId, byMemberId: admin },
      },
      { organizationId: clinic, event: { ...byAdmin, memberId: member.ann } },
      { organizationId: clinic, event: { ...byAdmin, memberId: member.bob } },
      {
        organizationId: workshop,
        event: { event: "device-revoked", memberId: member.ann, deviceId },
      },
    ]),
  );
  expect(told).toHaveLength(4);
});
