import { personIdSchema } from "@suture/schema";
import { expect, test } from "vitest";

import {
  foundClinic,
  join,
  openDevice,
  TestServer,
} from "../records/clinic.test-support.ts";
import { openSession, welcome } from "./open-session.test-support.ts";

/** Ben's device was sent only the latest of a patient. */
async function latestOnly() {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  const created = await ada.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  const patient = created.value;
  await server.takeFrom(ada);
  const from = server.rows.length;
  const at = server.cursorAt(from);
  const form = await patient.edit();
  form.draft.maritalStatus = "M";
  await form.save();
  await server.takeFrom(ada);
  const { scopeId } = server;
  const end = server.cursorAt(server.rows.length);
  const ben = await openDevice({ name: "ben" });
  const membership = await join(ben, organizationId, teamId, ["clinician"]);
  const readTypes = ["patient"];
  await ben.log.applySnapshot(
    { type: "snapshot", scopeId, at, records: [], next: null },
    readTypes,
  );
  const page = {
    type: "changes" as const,
    scopeId,
    rows: server.rows.slice(from),
    cursor: end,
    hasMore: false,
  };
  await ben.log.applyPage(page);
  return {
    ben,
    readTypes,
    recordId: patient.id,
    asked: { type: "fetch-records", scopeId, recordIds: [patient.id] },
    answer: (isWhole: boolean) => ({
      type: "records" as const,
      scopeId,
      records: [
        {
          recordId: patient.id,
          changes: isWhole ? server.changesOf(patient.id) : [],
        },
      ],
    }),
    nothingNew: { ...page, rows: [] },
    welcome: {
      ...welcome,
      memberships: [membership],
      scopes: [{ scopeId, organizationId, end }],
    },
  };
}

test("[CL-28] a record that an answer has nothing of is asked for once in a session, and stays to be asked for", async () => {
  const clinic = await latestOnly();
  const { log, client, personId: person } = clinic.ben;
  const { readTypes } = clinic;
  const first = await openSession({ log, person, readTypes });
  await first.say(clinic.welcome);
  expect(first.received()).toContainEqual(clinic.asked);
  await first.say(clinic.answer(false));
  await first.say(clinic.nothingNew);
  expect(first.received()).toEqual([]);
  first.session.stop();

  const second = await openSession({ log, person, readTypes });
  await second.say(clinic.welcome);
  expect(second.received()).toContainEqual(clinic.asked);
  await second.say(clinic.answer(true));
  expect(await log.incompleteRecords(1)).toBeNull();
  expect((await client.patients.get(clinic.recordId)).ok).toBe(true);
});

test("[CL-28] a record is not asked for by a colleague on the device who does not replicate its scope", async () => {
  const clinic = await latestOnly();
  const { log, personId: ben } = clinic.ben;
  const { readTypes } = clinic;
  const person = personIdSchema.parse("colleague");
  const world = await openSession({ log, person, readTypes, others: [ben] });
  world.received();
  await world.say(welcome);
  expect(world.received()).toEqual([]);
  expect(await log.incompleteRecords(1)).toMatchObject({
    recordIds: [clinic.recordId],
  });
});

test("[CL-31] a change that a colleague is not given is asked for once in their session, and stays to be asked for", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  const patient = await ada.client.patients.create({
    parentId: organizationId,
  });
  if (!patient.ok) throw new Error(patient.error.reason);
  const recordId = patient.value.id;
  await server.takeFrom(ada);
  const { scopeId } = server;
  const end = server.cursorAt(server.rows.length);
  const ben = await openDevice({ name: "ben" });
  const { log, client, personId } = ben;
  const membership = await join(ben, organizationId, teamId, ["clinician"]);
  const page = {
    type: "changes" as const,
    scopeId,
    rows: server.rows.map((row) =>
      row.recordId === recordId ? { ...row, bytes: null } : row,
    ),
    cursor: end,
    hasMore: false,
  };
  await log.applyPage(page);
  const [change] = server.rows.filter((row) => row.recordId === recordId);
  if (change === undefined) throw new Error("no change");
  const { hash, bytes } = change;
  const asked = { type: "fetch", items: [{ recordId, hash }] };
  const welcomed = {
    ...welcome,
    memberships: [membership],
    scopes: [{ scopeId, organizationId, end }],
  };
  const readTypes = ["patient"];
  for (const given of [null, bytes]) {
    const session = await openSession({ log, person: personId, readTypes });
    await session.say(welcomed);
    expect(session.received()).toContainEqual(asked);
    const items = [{ recordId, hash, bytes: given }];
    await session.say({ type: "fetched", items });
    await session.say({ ...page, rows: [] });
    expect(session.received()).toEqual([]);
    session.session.stop();
  }
  expect((await client.patients.get(recordId)).ok).toBe(true);
});
