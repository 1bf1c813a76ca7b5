/** What a record may say of itself once a signed checkpoint has been verified. */
import type { RecordId } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  foundClinic,
  join,
  newPatient,
  openDevice,
  sign,
  TestServer,
  type Device,
} from "../records/clinic.test-support.ts";

let ada: Device;
let server: TestServer;
let organizationId: RecordId;
let teamId: RecordId;

beforeEach(async () => {
  ada = await openDevice({ name: "ada" });
  ({ organizationId, teamId } = await foundClinic(ada));
  server = new TestServer(organizationId);
});

test("[CL-9] confirmed is what a checkpoint covers that goes through this device's own chain", async () => {
  const patient = await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  expect(await server.confirmTo(ada, { chain: "f".repeat(64) })).toEqual([
    server.scopeId,
  ]);
  expect(patient.status.label).toBe("Synced.");
  expect(await server.confirmTo(ada)).toEqual([]);
  expect(patient.status.label).toBe("Synced and confirmed.");
  // A new edit drops it back.
  await sign(patient);
  expect(patient.status.label).toBe("Saved locally. Will sync on reconnect.");
});

// Found by seed 2201: a device put back to a backup knows its own later work by name only, until it has fetched it.
test("[CL-9] what waits for a change that has not arrived is not confirmed before a checkpoint covers it", async () => {
  const patient = await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  const ben = await openDevice({ name: "ben" });
  await join(ben, organizationId, teamId, ["clinician"]);
  await server.deliverTo(ben);
  await server.confirmTo(ben);
  const seen = server.rows.length;
  const first = await sign(patient);
  await sign(patient);
  await server.takeFrom(ada);
  await ben.log.applyPage({
    type: "changes",
    scopeId: server.scopeId,
    rows: server.rows
      .slice(seen)
      .map((row) =>
        first.hashes.includes(row.hash) ? { ...row, bytes: null } : row,
      ),
    cursor: server.cursorAt(server.rows.length),
    hasMore: false,
  });
  const opened = await ben.client.patients.get(patient.id);
  if (!opened.ok) throw new Error(opened.error.code);
  expect(opened.value.status.label).toBe("Synced.");
  await server.confirmTo(ben);
  expect(opened.value.status.label).toBe("Synced and confirmed.");
});
