/** What the person who uses the device may read, and what of the device's is nobody's to read here any more. */
import { ImmutableString } from "@automerge/automerge";
import type { DocHandle } from "@automerge/automerge-repo";
import { recordIdFromBytes, type RecordId, type Role } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  foundClinic,
  openDevice,
  personIdOf,
  TestServer,
  type Device,
  warfarin,
} from "./clinic.test-support.ts";
import type { RecordDocument } from "./repo-view.ts";

let ada: Device;
let server: TestServer;
let founded: Awaited<ReturnType<typeof foundClinic>>;

beforeEach(async () => {
  ada = await openDevice({ name: "ada" });
  founded = await foundClinic(ada);
  server = new TestServer(founded.organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
});

async function newPatient() {
  const created = await ada.client.patients.create({
    parentId: founded.organizationId,
    fields: { maritalStatus: "M" },
  });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value;
}

/** As the server says her rights are now. */
function rights(roles: readonly Role[], teamIds: readonly RecordId[]) {
  return ada.log.saveMemberships(ada.personId, [
    {
      organizationId: founded.organizationId,
      memberId: founded.memberId,
      roles: [...roles],
      teamIds: [...teamIds],
    },
  ]);
}

test("[SW-10] what the person may not read is not there: record, list, conflicts, handle; their own work is told of", async () => {
  const [patient, other] = [await newPatient(), await newPatient()];
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const edit = await patient.edit();
  edit.draft.maritalStatus = "S";
  await edit.save();
  const { client } = ada;
  const view = await client.openRepoView();

  await rights(["technician"], [founded.teamId]);
  for (const { id } of [patient, other]) {
    const answer = { ok: false, error: { code: "record-unknown" } };
    expect(await client.patients.get(id)).toEqual(answer);
    expect(await view.find(id)).toEqual(answer);
  }
  expect(await client.patients.list()).toEqual([]);
  expect(await client.reviews.list()).toEqual([]);
  expect(await client.members.list()).toHaveLength(1);
  expect(await client.unsynced()).toMatchObject([{ recordId: patient.id }]);

  await rights(["clinician"], [founded.teamId]);
  expect(await client.patients.list()).toHaveLength(2);
  await view.close();
});

test("[SW-10] a record of a team is read by its members, wherever it was made", async () => {
  const team = await ada.client.teams.create({
    parentId: founded.organizationId,
    fields: { name: "South workshop", kind: "service-group" },
  });
  if (!team.ok) throw new Error(team.error.reason);
  const made = await ada.client.serviceJobs.create({
    parentId: founded.teamId,
  });
  if (!made.ok) throw new Error(made.error.reason);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await rights(["technician"], [founded.teamId, team.value.id]);
  const move = await made.value.edit();
  move.moveTo(team.value.id);
  expect((await move.save()).ok).toBe(true);

  await rights(["technician"], [founded.teamId]);
  expect((await ada.client.serviceJobs.get(made.value.id)).ok).toBe(false);
  await rights(["technician"], [team.value.id]);
  const [found] = await ada.client.serviceJobs.list();
  expect(found?.id).toBe(made.value.id);
  const edit = await found?.edit();
  if (edit === undefined) throw new Error("it is not there");
  edit.draft.notes.set({ status: "active", text: "Moved." });
  expect((await edit.save()).ok).toBe(true);
});

test("[SW-11] types that nobody here may read any more leave the device, and open handles; unsynced work stays", async () => {
  const [left, worked] = [await newPatient(), await newPatient()];
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const edit = await worked.edit();
  edit.draft.maritalStatus = "S";
  await edit.save();
  const view = await ada.client.openRepoView();
  const handle = await view.find(left.id);
  if (!handle.ok) throw new Error(handle.error.code);
  const emptied = new Promise<void>((resolve) => {
    handle.value.on("change", ({ doc }) => {
      if (Object.keys(doc).length === 0) resolve();
    });
  });

  await rights(["technician"], [founded.teamId]);
  await ada.log.keepOnly(new Map([[server.scopeId, ["member", "equipment"]]]));
  await emptied;
  const again = await openDevice({ name: "ada", store: ada.store, start: 2 });
  await rights(["clinician"], [founded.teamId]);
  const rows = await again.client.patients.list();
  expect(rows).toEqual([]);
  expect((await ada.client.patients.get(left.id)).ok).toBe(false);
  expect((await ada.client.patients.get(worked.id)).ok).toBe(true);
  expect(await ada.client.unsynced()).toMatchObject([{ recordId: worked.id }]);
  expect(await ada.client.members.list()).toHaveLength(1);
  await view.close();
});

test("[SW-10] what an app still holds shows nothing to who takes over the device, and all of it again to who comes back", async () => {
  const shared = await openDevice({ name: "shared", others: ["tom"] });
  const { client, log, personId } = shared;
  const { organizationId, teamId } = await foundClinic(shared);
  const tom = personIdOf("tom");
  const technician = { organizationId, roles: ["technician" as const] };
  await log.saveMemberships(tom, [
    {
      ...technician,
      memberId: recordIdFromBytes(new Uint8Array(16)),
      teamIds: [teamId],
    },
  ]);
  const made = await client.patients.create({
    parentId: organizationId,
    fields: { maritalStatus: "M" },
    groups: { prescribing: { medications: { [entryId]: warfarin } } },
  });
  if (!made.ok) throw new Error(made.error.reason);
  const patient = made.value;
  const [before, heads] = [patient.snapshot(), patient.heads];
  const form = await patient.edit();
  form.draft.notes.set({ status: "active", text: "Called." });
  const view = await client.openRepoView();
  const handle = await view.find(patient.id);
  if (!handle.ok) throw new Error(handle.error.code);
  handle.value.change((doc) =>
    Object.assign(doc, { maritalStatus: new ImmutableString("W") }),
  );
  let told = 0;
  patient.watch(() => (told += 1));
  const emptied = whenEmpty(handle.value, true);

  expect(await client.usePerson(tom)).toBe(true);
  expect(told).toBeGreaterThan(0);
  for (const held of [patient, before, form.shown]) {
    expect(held.heads).toEqual(held === patient ? [] : heads);
    expect(held.parentId).toBe(null);
    expect(held.fields.maritalStatus).toBe(undefined);
    expect(held.group("prescribing")).toMatchObject({
      content: { medications: {} },
    });
  }
  expect(patient.history()).toEqual([]);
  expect(patient.asOf({ heads })).toBe(null);
  await emptied;
  const refused = { ok: false, error: { code: "not-permitted" } };
  expect(await form.save()).toMatchObject(refused);
  expect(await (await patient.edit()).save()).toMatchObject(refused);
  const own = await client.serviceJobs.create({ parentId: teamId });
  expect(own.ok).toBe(true);

  const again = whenEmpty(handle.value, false);
  const listsTold = new Set<string>();
  client.patients.watch(() => listsTold.add("patients"));
  client.reviews.watch(() => listsTold.add("reviews"));
  await client.usePerson(personId);
  expect([...listsTold]).toEqual(["patients", "reviews"]);
  expect(before.group("prescribing")).toMatchObject({
    content: { medications: { [entryId]: warfarin } },
  });
  expect(before.fields.maritalStatus).toBe("M");
  await again;
  // What was written through the handle was saved as hers; what stands in her form, she can still save.
  expect(patient.fields.maritalStatus).toBe("W");
  expect(
    new Set(
      (await client.unsynced())
        .filter(({ recordId }) => recordId === patient.id)
        .map(({ memberId }) => memberId),
    ).size,
  ).toBe(1);
  expect(await form.save()).toMatchObject({ ok: true });
  expect(Object.values(patient.fields.notes)).toMatchObject([
    { text: "Called." },
  ]);
  await view.close();
});

test("[SW-10] what is held goes blank with the role that read it, though the rows are still on the device", async () => {
  const patient = await newPatient();
  const before = patient.snapshot();
  const told = new Promise<void>((resolve) => {
    patient.watch(() => patient.heads.length === 0 && resolve());
  });
  await rights(["technician"], [founded.teamId]);
  await told;
  expect(before.fields.maritalStatus).toBe(undefined);
  await rights(["clinician"], [founded.teamId]);
  await ada.client.settle();
  expect(before.fields.maritalStatus).toBe("M");
  expect(patient.heads).toEqual(before.heads);
});

const entryId = "11111111-1111-4111-8111-111111111111";

/** Resolves once the handle's document is empty, or is not any more. */
function whenEmpty(handle: DocHandle<RecordDocument>, isEmpty: boolean) {
  return new Promise<void>((resolve) => {
    handle.on("change", ({ doc }) => {
      if ((Object.keys(doc).length === 0) === isEmpty) resolve();
    });
  });
}
