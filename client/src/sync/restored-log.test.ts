import { expect, test } from "vitest";

import {
  foundClinic,
  join,
  openDevice,
  TestServer,
} from "../records/clinic.test-support.ts";
import { openSession, welcome } from "./open-session.test-support.ts";

/** Ada's device stands where the log ended; a patient of hers, accepted since, it knows of by the verdict alone. */
async function toldByVerdict() {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const standsAt = server.rows.length;
  const { scopeId } = server;
  const at = server.cursorAt(standsAt);
  const readTypes = ["organization", "team", "member", "patient"];
  await ada.log.applySnapshot(
    { type: "snapshot", scopeId, at, records: [], next: null },
    readTypes,
  );
  const created = await ada.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  await server.takeFrom(ada);
  await ada.client.settle();
  const membership = await join(ada, organizationId, teamId, ["clinician"]);
  const { log, personId: person } = ada;
  return {
    ada,
    server,
    standsAt,
    patient: created.value,
    ben: async () => {
      const ben = await openDevice({ name: "ben" });
      await join(ben, organizationId, teamId, ["clinician"]);
      await server.deliverTo(ben);
      await ben.client.patients.create({ parentId: organizationId });
      return ben;
    },
    open: () => openSession({ log, person, readTypes }),
    welcomeTo: (end: number) => ({
      ...welcome,
      memberships: [membership],
      scopes: [{ scopeId, organizationId, end: server.cursorAt(end) }],
    }),
    pageFrom: (from: number) => ({
      type: "changes" as const,
      scopeId,
      rows: server.rows.slice(from),
      cursor: server.cursorAt(server.rows.length),
      hasMore: false,
    }),
  };
}

test("[CL-30] what was accepted and is another row of a restored server's log is offered again (seed 20649)", async () => {
  const clinic = await toldByVerdict();
  const { ada, server, patient, standsAt } = clinic;
  expect(patient.status.state).toBe("synced");
  server.putBack(standsAt);
  await server.takeFrom(await clinic.ben());
  const end = server.rows.length;
  const world = await clinic.open();
  await world.say(clinic.welcomeTo(end));
  world.received();
  await world.say(clinic.pageFrom(standsAt));
  await ada.client.settle();
  expect(patient.status.state).toBe("queued");
  const cursor = server.cursorAt(standsAt);
  const { scopeId } = server;
  expect(world.received()).toMatchObject([
    { type: "pull", scopeId, cursor },
    { type: "push", changes: [{ recordId: patient.id }] },
  ]);
  await world.say(clinic.pageFrom(standsAt));
  const scopes = await ada.log.scopes();
  expect(scopes.get(scopeId)?.cursor).toEqual(server.cursorAt(end));
  expect(world.ended).toEqual([]);
});

test("[CL-30] what was accepted and lies behind the end of a restored server's log is offered again", async () => {
  const clinic = await toldByVerdict();
  const { ada, server, patient, standsAt } = clinic;
  server.putBack(standsAt);
  const world = await clinic.open();
  world.received();
  await world.say(clinic.welcomeTo(standsAt));
  await ada.client.settle();
  expect(patient.status.state).toBe("queued");
  expect(world.received()).toMatchObject([
    { type: "push", changes: [{ recordId: patient.id }] },
  ]);
});

test("[CL-30] what is accepted between a hello and its welcome, over a colleague's connection, is not in doubt", async () => {
  const clinic = await toldByVerdict();
  const { ada, server, patient } = clinic;
  const end = server.rows.length;
  const world = await clinic.open();
  const later = await ada.client.patients.create({
    parentId: patient.parentId ?? patient.id,
  });
  if (!later.ok) throw new Error(later.error.reason);
  await server.takeFrom(ada);
  await world.say(clinic.welcomeTo(end));
  await ada.client.settle();
  expect(later.value.status.state).toBe("synced");
  expect(patient.status.state).toBe("synced");
});
