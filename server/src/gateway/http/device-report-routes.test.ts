import {
  deviceIdSchema,
  type DeviceId,
  type PersonId,
  type RecordId,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import { unseenSignaturesTable } from "../../admission/admission-tables.ts";
import { answers, expectAccepted } from "../../admission/world.test-support.ts";
import { createTestDevice } from "../../identity/identity-world.ts";
import { deviceReportsTable } from "../sync/manifests.ts";
import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";

let world: HttpWorld;
let admin: Asker;
let clinician: Asker;
let path: string;
beforeEach(async () => {
  world = await createHttpWorld();
  admin = await world.join(["admin"]);
  clinician = await world.join(["clinician"]);
  path = `/v1/organizations/${world.world.organizationId}/devices`;
});

const nobodys = deviceIdSchema.parse("00000000-0000-4000-8000-00000000000f");

async function registered(personId: PersonId, name: string): Promise<DeviceId> {
  const { publicKey, jkt } = await createTestDevice();
  const device = { personId, publicKey, jkt, name };
  const deviceId = await world.identity.devices.register(device);
  if (!deviceId.ok) throw new Error(deviceId.error.code);
  return deviceId.value;
}

async function report(
  deviceId: DeviceId,
  { colleague, memberId }: Asker,
  counts: readonly [number, number, number, number],
): Promise<void> {
  const { personId } = colleague.author;
  await world.store.write(world.world.organizationId, (tx) =>
    tx.put(deviceReportsTable, [deviceId, personId], {
      deviceId,
      personId,
      memberId,
      unsynced: { countsByPriority: [...counts], oldestAgeMs: 9 },
      records: [],
      sharedIn: [],
      appVersion: "1.2.3",
      schemaVersion: 1,
      reportedAtMs: 5,
      contactAtMs: 6,
    }),
  );
}

/** The clinician's device pushes two changes with one actor and sequence. */
async function equivocate(): Promise<{ readonly patientId: RecordId }> {
  const { colleague } = clinician;
  const patient = await world.newPatient(clinician);
  const [creation] = patient.index.changes();
  if (creation === undefined) throw new Error("no change");
  const ops = [{ key: "maritalStatus", set: "M" }];
  const fork = colleague.compose(patient, ops, creation);
  expect(answers(await colleague.push(fork))).toEqual(["sequence-fork"]);
  return { patientId: patient.recordId };
}

test("[HT-9] those who run an organization see its devices: the most critical work first, by each device's last word", async () => {
  const { personId } = clinician.colleague.author;
  const [tablet, phone] = [
    await registered(personId, "Tablet 4"),
    await registered(personId, "Phone"),
  ];
  await report(phone, clinician, [0, 0, 0, 7]);
  await report(tablet, clinician, [0, 1, 0, 0]);
  await world.store.write(world.world.organizationId, (tx) =>
    tx.put(unseenSignaturesTable, [tablet, clinician.memberId], {
      count: 2,
      lastAtMs: 3,
    }),
  );
  const manager = await world.join(["manager"]);
  const auditor = await world.join(["auditor"]);
  for (const asker of [admin, manager, auditor]) {
    const { status, body } = await asker.get(path);
    expect(status).toBe(200);
    expect(body.devices.slice(0, 2)).toEqual([
      {
        deviceId: tablet,
        name: "Tablet 4",
        registeredAtMs: world.timers.now(),
        revokedAtMs: null,
        quarantine: null,
        members: [
          {
            memberId: clinician.memberId,
            isOnDevice: true,
            isConnected: false,
            unseenSignatureCount: 2,
            lastReport: {
              unsynced: { countsByPriority: [0, 1, 0, 0], oldestAgeMs: 9 },
              reportedAtMs: 5,
              contactAtMs: 6,
              appVersion: "1.2.3",
              schemaVersion: 1,
            },
          },
        ],
      },
      expect.objectContaining({ deviceId: phone, name: "Phone" }),
    ]);
  }
  expect(await world.readNotes()).toContainEqual(
    expect.objectContaining({ what: "devices", memberId: manager.memberId }),
  );
});

test("[EV-5] nobody else sees them, and of another organization there is none", async () => {
  const stranger = await world.stranger();
  expect(await clinician.get(path)).toMatchObject({ status: 403 });
  expect(await stranger.get(path)).toMatchObject({
    status: 404,
    body: { code: "organization-unknown" },
  });
});

test("[EV-9] an admin sees which device is quarantined and why, and lets it go on", async () => {
  const { patientId } = await equivocate();
  const { deviceId } = clinician.colleague.signer;
  const { body } = await admin.get(path);
  expect(body.devices[0]).toMatchObject({
    deviceId,
    quarantine: { memberId: clinician.memberId, recordId: patientId },
  });
  const manager = await world.join(["manager"]);
  const release = `${path}/${deviceId}/release`;
  expect(await manager.post(release, {})).toMatchObject({ status: 403 });
  expect(await admin.post(`${path}/${nobodys}/release`, {})).toMatchObject({
    status: 404,
    body: { code: "device-unknown" },
  });
  expect(await admin.post(release, {})).toMatchObject({ status: 204 });
  expect(await world.audit()).toContainEqual({
    event: "device-released",
    memberId: admin.memberId,
    deviceId,
  });
  const patient = await world.newPatient(clinician);
  const { colleague } = clinician;
  expectAccepted(
    await colleague.push(colleague.setField(patient, "maritalStatus", "M")),
  );
});

test("[EV-10] an admin ends a device for the organization's members, and nobody else does", async () => {
  const { personId } = clinician.colleague.author;
  const deviceId = await registered(personId, "Lost tablet");
  const manager = await world.join(["manager"]);
  const stranger = await world.stranger();
  const revoke = `${path}/${deviceId}/revoke`;
  expect(await manager.post(revoke, {})).toMatchObject({ status: 403 });
  expect(await stranger.post(revoke, {})).toMatchObject({ status: 404 });
  const { body } = await admin.get(path);
  expect(body.devices[0]).toMatchObject({ deviceId, revokedAtMs: null });
  expect(await admin.post(`${path}/${nobodys}/revoke`, {})).toMatchObject({
    status: 404,
  });
  expect(await admin.post(revoke, {})).toMatchObject({ status: 204 });
  expect(await admin.post(revoke, {})).toMatchObject({ status: 204 });
  expect(await world.identity.devices.find(deviceId)).toMatchObject({
    revokedAtMs: world.timers.now(),
  });
  const after = await admin.get(path);
  expect(after.body.devices).toContainEqual(
    expect.objectContaining({ deviceId, revokedAtMs: world.timers.now() }),
  );
  expect(
    (await world.audit()).filter(({ event }) => event === "device-withdrawn"),
  ).toHaveLength(1);
});
