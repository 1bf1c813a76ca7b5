/** What could never be admitted is refused when it is saved, with the server's code, and nothing of it is kept. */
import { beforeEach, expect, test } from "vitest";

import {
  foundClinic,
  openDevice,
  TestServer,
  type Device,
} from "./clinic.test-support.ts";

let ada: Device;
let server: TestServer;
let founded: Awaited<ReturnType<typeof foundClinic>>;

beforeEach(async () => {
  ada = await openDevice({ name: "ada" });
  founded = await foundClinic(ada);
  server = new TestServer(founded.organizationId);
  await server.takeFrom(ada);
});

const refused = (code: string) => ({ ok: false, error: { code } });

test("[CO-9] a parent of another type, and one that was refused, are refused at once", async () => {
  const { client } = ada;
  const { organizationId, teamId } = founded;
  expect(await client.patients.create({ parentId: teamId })).toMatchObject(
    refused("parent-wrong"),
  );
  expect(
    await client.appointments.create({ parentId: organizationId }),
  ).toMatchObject(refused("parent-wrong"));
  expect(
    await client.organizations.create({ parentId: organizationId }),
  ).toMatchObject(refused("creation-malformed"));

  const patient = await client.patients.create({ parentId: organizationId });
  if (!patient.ok) throw new Error(patient.error.reason);
  const moving = await patient.value.edit();
  moving.moveTo(teamId);
  expect(await moving.save()).toMatchObject(refused("parent-wrong"));

  const team = await client.teams.create({
    parentId: organizationId,
    fields: { name: "South", kind: "clinic" },
  });
  if (!team.ok) throw new Error(team.error.reason);
  await server.takeFrom(ada, ({ recordId }) =>
    recordId === team.value.id ? "value-invalid" : null,
  );
  await client.settle();
  expect(
    await client.appointments.create({ parentId: team.value.id }),
  ).toMatchObject(refused("depends-on-refused"));
  const naming = await team.value.edit();
  naming.draft.name = "South clinic";
  expect(await naming.save()).toMatchObject(refused("depends-on-refused"));
  expect(await client.unsynced()).toEqual([]);
});

test("[CO-9] more than one change may hold is refused, and the form still has it", async () => {
  const { client } = ada;
  const patient = await client.patients.create({
    parentId: founded.organizationId,
  });
  if (!patient.ok) throw new Error(patient.error.reason);
  await server.takeFrom(ada);
  const form = await patient.value.edit();
  for (let note = 0; note < 400; note += 1)
    form.draft.notes.set({
      status: "active",
      text: `${note} ${"note ".repeat(790)}`,
    });
  expect(await form.save()).toMatchObject(refused("change-too-large"));
  expect(Object.keys(form.draft.notes.entries)).toHaveLength(400);
  expect(await client.unsynced()).toEqual([]);
});
