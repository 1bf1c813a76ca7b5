/** Records that were not in a scope when the device came to it, and came back since. */
import { beforeEach, expect, test } from "vitest";

import {
  addDamageReport,
  foundClinic,
  join,
  newPatient,
  openDevice,
  sign,
  TestServer,
  type Device,
} from "../records/clinic.test-support.ts";
import { repairAfterDamage } from "./repair-log.ts";

let ada: Device;
let ben: Device;
let server: TestServer;
let patient: Awaited<ReturnType<typeof newPatient>>;

beforeEach(async () => {
  ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  server = new TestServer(organizationId);
  patient = await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  ben = await openDevice({ name: "ben" });
  await join(ben, organizationId, teamId, ["clinician"]);
});

/** The scope as it stood while the patient was elsewhere, after its row `sequence`, and then what came since. */
async function comeBackTo(sequence: number): Promise<void> {
  const { scopeId } = server;
  await ben.log.applySnapshot(
    {
      type: "snapshot",
      scopeId,
      at: server.cursorAt(sequence),
      records: [],
      next: null,
    },
    ["patient"],
  );
  await ben.log.applyPage({
    type: "changes",
    scopeId,
    rows: server.rows.slice(sequence),
    cursor: server.cursorAt(server.rows.length),
    hasMore: false,
  });
}

async function expectAskedAndWholeThen(device: Device): Promise<void> {
  const { scopeId } = server;
  expect(await device.log.incompleteRecords(10)).toEqual({
    scopeId,
    recordIds: [patient.id],
  });
  await device.log.applyRecords({
    type: "records",
    scopeId,
    records: [{ recordId: patient.id, changes: server.changesOf(patient.id) }],
  });
  expect(await device.log.incompleteRecords(10)).toBeNull();
  const read = await device.client.patients.get(patient.id);
  expect(read.ok && read.value.status.state).toBe("synced");
  expect(read.ok && read.value.heads).toEqual(patient.heads);
}

test("[CL-28] a record of which only the latest came is asked for whole, also after a restart (seed 20059)", async () => {
  const { length } = server.rows;
  await sign(patient);
  await server.takeFrom(ada);
  await comeBackTo(length);
  await expectAskedAndWholeThen(
    await openDevice({ name: "ben", store: ben.store, start: 2 }),
  );
});

test.each([{ heldTheLatest: false }, { heldTheLatest: true }])(
  "[CL-28] so is one whose earlier changes are here, since damage in doubt (seed 4230), whether it held the latest: $heldTheLatest",
  async ({ heldTheLatest }) => {
    const { length } = server.rows;
    if (!heldTheLatest) await server.deliverTo(ben);
    await sign(patient);
    await server.takeFrom(ada);
    if (heldTheLatest) await server.deliverTo(ben);
    await ben.log.write(async (tx) => {
      await addDamageReport(tx, { keptAs: "a copy", areAllNamed: true });
      await repairAfterDamage(tx, 1);
    });
    await comeBackTo(length);
    await expectAskedAndWholeThen(ben);
  },
);

test("[CL-28] what the server does not have whole is not asked for again", async () => {
  await sign(patient);
  await server.takeFrom(ada);
  const latest = server.changesOf(patient.id).slice(-1);
  await ben.log.applyRecords({
    type: "records",
    scopeId: server.scopeId,
    records: [{ recordId: patient.id, changes: latest }],
  });
  expect(await ben.log.incompleteRecords(10)).toBeNull();
});
