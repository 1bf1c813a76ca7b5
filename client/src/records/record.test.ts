import {
  equipment,
  patient,
  serviceJob,
  type GroupReading,
} from "@suture/schema";
import { beforeEach, expect, expectTypeOf, test } from "vitest";

import {
  amoxicillin,
  foundClinic,
  join,
  openDevice,
  startMs,
  TestServer,
  type Device,
} from "./clinic.test-support.ts";
import type { SutureRecord } from "./record.ts";

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

async function newPatient(family = "Moyo", device = ada) {
  const created = await device.client.patients.create({
    parentId: founded.organizationId,
    groups: { identity: { name: [{ family, given: ["Tariro"] }] } },
  });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value;
}

test("[CL-12] a conflict has no content to read by accident, in the types either", () => {
  type Reading = ReturnType<SutureRecord<typeof patient>["group"]> &
    GroupReading<(typeof patient)["groups"]["prescribing"]["parts"]>;
  type Conflict = Extract<Reading, { readonly status: "conflict" }>;
  type Settled = Extract<Reading, { readonly status: "settled" }>;
  expectTypeOf<Conflict>().not.toHaveProperty("content");
  expectTypeOf<Conflict>().toHaveProperty("safe");
  expectTypeOf<Settled>().toHaveProperty("content");
  // Without asking for the status there is no way to it.
  expectTypeOf<Reading>().not.toHaveProperty("content");
});

test("[CL-12] drafts and fields are typed by the record type's declaration", async () => {
  const record = await newPatient();
  const { draft } = await record.edit();
  expectTypeOf(draft.maritalStatus).toExtend<string | null | undefined>();
  expectTypeOf(draft.telecom.set)
    .parameter(0)
    .toExtend<{ readonly value: string }>();
  expectTypeOf(draft.prescribing.pregnancy).not.toBeAny();
  expectTypeOf(draft).not.toHaveProperty("nothing");
  expectTypeOf(record.group("prescribing")).toEqualTypeOf<
    GroupReading<(typeof patient)["groups"]["prescribing"]["parts"]>
  >();
  expectTypeOf(record.fields.notes).not.toBeAny();
  expect(record.type).toBe("patient");
});

test("[CL-14] history says who, where, what before and after, by both clocks, and what was made side by side", async () => {
  const ben = await openDevice({ name: "ben" });
  await join(ben, founded.organizationId, founded.teamId, [
    "clinician",
    "receptionist",
  ]);
  const record = await newPatient();
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await server.deliverTo(ben);
  const theirs = await ben.client.patients.get(record.id);
  if (!theirs.ok) throw new Error(theirs.error.code);
  const [mine, others] = [await record.edit(), await theirs.value.edit()];
  mine.draft.maritalStatus = "M";
  ada.clock.nowMs += 1_000;
  await mine.save();
  others.draft.prescribing.medications.add(amoxicillin);
  await others.save({ reason: "pneumonia" });
  await server.takeFrom(ada);
  await server.takeFrom(ben);
  await server.deliverTo(ada);
  await ada.client.settle();
  const again = await record.edit();
  again.draft.maritalStatus = "S";
  await again.save();

  const [creation, married, signed, single] = record.history();
  expect(creation).toMatchObject({ admittedAtMs: server.nowMs, besides: [] });
  expect(married).toMatchObject({
    authoredAtMs: startMs + 1_000,
    memberId: founded.memberId,
    edits: [{ name: "maritalStatus", before: [], after: "M" }],
    besides: [signed?.hash],
  });
  expect(signed).toMatchObject({ reason: "pneumonia", state: "accepted" });
  expect(signed?.deviceId).not.toBe(married?.deviceId);
  expect(single).toMatchObject({
    admittedAtMs: null,
    state: "pending",
    edits: [{ name: "maritalStatus", before: ["M"], after: "S" }],
    besides: [],
  });
});

test("[CL-14] a record as of a moment of the server's clock, or of heads, stays as it was", async () => {
  const record = await newPatient();
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const before = record.heads;
  const snapshot = record.snapshot();
  const edit = await record.edit();
  edit.draft.maritalStatus = "M";
  await edit.save();
  server.nowMs += 60_000;
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await ada.client.settle();

  expect(record.fields.maritalStatus).toBe("M");
  expect(snapshot.fields.maritalStatus).toBeUndefined();
  expect(record.asOf({ heads: before })?.fields.maritalStatus).toBeUndefined();
  const early = record.asOf({ serverMs: server.nowMs - 1 });
  expect(early?.heads).toEqual(before);
  const late = record.asOf({ serverMs: server.nowMs });
  expect(late?.fields.maritalStatus).toBe("M");
  expect(record.asOf({ serverMs: startMs - 1 })).toBeNull();
});

test("[CO-9] a client refuses early what the server would refuse late, and saves nothing of it", async () => {
  const ben = await openDevice({ name: "ben" });
  await join(ben, founded.organizationId, founded.teamId, ["receptionist"]);
  await server.deliverTo(ben);
  const record = await newPatient("Dube", ben);
  const edit = await record.edit();
  edit.draft.telecom.set({ status: "active", value: "+263" });
  edit.draft.prescribing.medications.add(amoxicillin);
  expect(await edit.save()).toMatchObject({
    ok: false,
    error: { code: "not-permitted" },
  });
  expect(record.fields.telecom).toEqual({});

  const mine = await newPatient();
  const invalid = await mine.edit();
  invalid.draft.prescribing.medications.add({
    ...amoxicillin,
    dose: 1.5,
  } as never);
  expect(await invalid.save()).toMatchObject({
    ok: false,
    error: { code: "statement-malformed" },
  });
  const noted = await mine.edit();
  const noteId = noted.draft.notes.set({ status: "active", text: "seen" });
  expect((await noted.save()).ok).toBe(true);
  noted.draft.notes.set({ status: "active", text: "changed" }, noteId);
  expect(await noted.save()).toMatchObject({
    error: { code: "value-invalid" },
  });
  noted.acknowledge();
  const withdrawn = await mine.edit();
  withdrawn.draft.notes.withdraw(noteId);
  expect((await withdrawn.save()).ok).toBe(true);
  expect(mine.fields.notes[noteId]?.status).toBe("entered-in-error");
});

test("[CO-9] a signature needs somebody who is a member here", async () => {
  const eve = await openDevice({ name: "eve" });
  expect(
    await eve.client.patients.create({ parentId: founded.organizationId }),
  ).toMatchObject({ error: { code: "author-unknown" } });
});

test("[CO-13] an entry that ends moves to the archive in the same change", async () => {
  const record = await newPatient();
  const edit = await record.edit();
  const entryId = edit.draft.prescribing.medications.add(amoxicillin);
  await edit.save();
  edit.draft.prescribing.medications.end(entryId, {
    ...amoxicillin,
    status: "stopped",
  });
  const saved = await edit.save();
  expect(saved.ok && saved.value.hashes).toHaveLength(1);
  const reading = record.group("prescribing");
  expect(reading.status === "settled" && reading.content.medications).toEqual(
    {},
  );
  expect(record.snapshot().archive("prescribing")).toEqual({
    [entryId]: { ...amoxicillin, status: "stopped" },
  });
});

test("[CO-3] a record is created by one change, with everything it starts with", async () => {
  const created = await ada.client.patients.create({
    parentId: founded.organizationId,
    fields: {
      maritalStatus: "M",
      notes: [{ status: "active", text: "came by ambulance" }],
    },
    groups: { identity: { birthDate: "1980" }, prescribing: {} },
    reason: "first visit",
  });
  if (!created.ok) throw new Error(created.error.reason);
  const [only, ...others] = created.value.history();
  expect(others).toEqual([]);
  expect(only).toMatchObject({ seen: [], reason: "first visit" });
  expect(created.value.parentId).toBe(founded.organizationId);
  expect(Object.values(created.value.fields.notes)).toHaveLength(1);
  expect(await ada.client.unsynced()).toMatchObject([{ priority: 0 }]);
});

test("[CO-5] a text is merged word by word, from the first save on", async () => {
  const ben = await openDevice({ name: "ben" });
  await join(ben, founded.organizationId, founded.teamId, [
    "technician",
    "manager",
  ]);
  const created = await ada.client.serviceJobs.create({
    parentId: founded.teamId,
    fields: { description: "pump leaks", workStatus: "requested" },
  });
  if (!created.ok) throw new Error(created.error.reason);
  const job = created.value;
  expect(job.fields.description).toBe("pump leaks");
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await server.deliverTo(ben);
  const theirs = await ben.client.records(serviceJob).get(job.id);
  if (!theirs.ok) throw new Error(theirs.error.code);
  const [mine, others] = [await job.edit(), await theirs.value.edit()];
  mine.draft.description.replace("pump leaks oil");
  others.draft.description.replace("left pump leaks");
  expect((await mine.save()).ok && (await others.save()).ok).toBe(true);
  await server.takeFrom(ben);
  await server.deliverTo(ada);
  await ada.client.settle();
  expect(job.fields.description).toBe("left pump leaks oil");
});

test("[CO-4] an actor goes on only where its last change was seen, and not after a restart", async () => {
  const record = await newPatient();
  const edit = await record.edit();
  edit.draft.maritalStatus = "M";
  await edit.save();
  edit.draft.maritalStatus = "S";
  await edit.save();
  edit.draft.prescribing.medications.add(amoxicillin);
  await edit.save();
  const again = await openDevice({ name: "ada", store: ada.store, start: 2 });
  const reopened = await again.client.patients.get(record.id);
  if (!reopened.ok) throw new Error(reopened.error.code);
  const form = await reopened.value.edit();
  form.draft.maritalStatus = "W";
  await form.save();
  await ada.client.settle();
  const rows = await again.client.exportUnsynced();
  const actors = await actorsOf(rows.changes.map(({ bytes }) => bytes));
  const [creation, married, single, signed, widowed] = actors;
  expect([married, single]).toEqual([creation, creation]);
  // Neither save had seen the other's lane, and a new start is a new actor.
  expect(new Set([creation, signed, widowed]).size).toBe(3);
});

async function actorsOf(chunks: readonly string[]) {
  const { decodeChange } = await import("@automerge/automerge");
  return chunks.map((hex) => decodeChange(Buffer.from(hex, "hex")).actor);
}

test("[CL-15] records are listed by label, found by words without case and accents, page by page", async () => {
  for (const family of ["Ncube", "Dubé", "Moyo"]) await newPatient(family);
  const wrong = await newPatient("Wrong");
  const edit = await wrong.edit();
  edit.draft.recordStatus.status = "entered-in-error";
  await edit.save({ reason: "made twice" });
  const labels = async (options = {}) =>
    (await ada.client.patients.list(options)).map((record) => {
      const reading = record.group("identity");
      return reading.status === "settled"
        ? reading.content.name[0]?.family
        : null;
    });
  expect(await labels()).toEqual(["Dubé", "Moyo", "Ncube"]);
  expect(await labels({ matching: "DUBE" })).toEqual(["Dubé"]);
  expect(await labels({ withEnteredInError: true })).toHaveLength(4);
  const [first] = await ada.client.patients.list({ limit: 1 });
  expect(await labels({ after: first?.id, limit: 1 })).toEqual(["Moyo"]);
  expect(await ada.client.records(equipment).list()).toEqual([]);
});

test("[CL-16] unsynced work says how urgent and how old it is, and can be carried away", async () => {
  const record = await newPatient();
  const edit = await record.edit();
  edit.draft.prescribing.medications.add(amoxicillin);
  await edit.save();
  ada.clock.nowMs += 5_000;
  const unsynced = await ada.client.unsynced();
  expect(unsynced).toMatchObject([
    { recordId: record.id, lane: "prescribing", priority: 0, ageMs: 5_000 },
    {
      recordId: record.id,
      lane: "merge",
      label: "Saved locally. Will sync on reconnect.",
    },
  ]);
  const exported = await ada.client.exportUnsynced();
  expect(JSON.parse(JSON.stringify(exported))).toEqual(exported);
  expect(exported.changes.map(({ hash }) => hash)).toEqual([
    unsynced[1]?.hash,
    unsynced[0]?.hash,
  ]);
});

test("[CL-11] a form hears of what it has not shown, and what it wrote is written again on what it acknowledges", async () => {
  const record = await newPatient();
  const [first, second] = [await record.edit(), await record.edit()];
  const entryId = first.draft.prescribing.medications.add(amoxicillin);
  await first.save();
  const heard: number[] = [];
  const stop = record.watch(() => heard.push(record.history().length));
  first.draft.prescribing.medications.update(entryId, {
    ...amoxicillin,
    note: "x",
  });
  await first.save();
  expect(heard.at(-1)).toBe(3);
  stop();
  expect(second.isBehind).toBe(true);
  second.acknowledge();
  second.draft.prescribing.medications.update(entryId, amoxicillin);
  first.draft.prescribing.medications.end(entryId, {
    ...amoxicillin,
    status: "stopped",
  });
  await first.save();
  expect(second.acknowledge()).toEqual(["prescribing"]);
  expect(second.draft.prescribing.medications.entries).toEqual({});
});

test("[CL-13] a conflict this device sees by itself is a review, before the server has heard of it", async () => {
  const ben = await openDevice({ name: "ben" });
  await join(ben, founded.organizationId, founded.teamId, ["clinician"]);
  const record = await newPatient();
  await server.takeFrom(ada);
  await server.deliverTo(ben);
  const theirs = await ben.client.patients.get(record.id);
  if (!theirs.ok) throw new Error(theirs.error.code);
  const [mine, others] = [await record.edit(), await theirs.value.edit()];
  mine.draft.prescribing.pregnancy = { status: "unknown" } as never;
  others.draft.prescribing.medications.add(amoxicillin);
  mine.draft.prescribing.pregnancy = null;
  mine.draft.prescribing.medications.add({
    ...amoxicillin,
    note: "twice a day",
  });
  await mine.save();
  await others.save();
  await server.takeFrom(ben);
  await server.deliverTo(ada);
  await ada.client.settle();
  expect(await ada.client.reviews.list()).toEqual([
    {
      source: "device",
      recordId: record.id,
      recordType: "patient",
      group: "prescribing",
    },
  ]);
  const form = await record.edit();
  expect(() => form.draft.prescribing.medications.entries).toThrow();
  form.draft.prescribing.medications.add(amoxicillin);
  expect(await form.save()).toMatchObject({
    error: { code: "resolution-required" },
  });
  expect(
    (await ada.client.patients.list({ inConflict: true })).map(({ id }) => id),
  ).toEqual([record.id]);
});
