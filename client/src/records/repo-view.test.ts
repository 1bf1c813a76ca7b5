import { getConflicts, ImmutableString, type Doc } from "@automerge/automerge";
import { canonicalize, patient as patientType } from "@suture/schema";
import { afterEach, beforeEach, expect, test } from "vitest";

import {
  amoxicillin,
  foundClinic,
  join,
  openDevice,
  TestServer,
  warfarin,
  type Device,
} from "./clinic.test-support.ts";
import { readGroupOf } from "./read-group-of.ts";
import type { RepoView } from "./repo-view.ts";

let ada: Device;
let server: TestServer;
let view: RepoView;
let founded: Awaited<ReturnType<typeof foundClinic>>;

beforeEach(async () => {
  ada = await openDevice({ name: "ada" });
  founded = await foundClinic(ada);
  server = new TestServer(founded.organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  view = await ada.client.openRepoView();
});
afterEach(() => view.close());

async function newPatient() {
  const created = await ada.client.patients.create({
    parentId: founded.organizationId,
    fields: { maritalStatus: "M" },
  });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value;
}

async function handleOf(patient: Awaited<ReturnType<typeof newPatient>>) {
  const found = await view.find(patient.id);
  if (!found.ok) throw new Error(found.error.code);
  return found.value;
}

test("[CL-17] a handle shows what the log holds, and what is saved later", async () => {
  const patient = await newPatient();
  const handle = await handleOf(patient);
  expect(handle.documentId).toBe(patient.id);
  expect(String(handle.doc()["recordType"])).toBe("patient");
  const edit = await patient.edit();
  edit.draft.prescribing.medications.add(amoxicillin);
  const changed = new Promise((resolve) => handle.once("change", resolve));
  await edit.save();
  await changed;
  const reading = readGroupOf(handle.doc(), patientType, "prescribing");
  expect(
    reading.ok &&
      reading.value.status === "settled" &&
      Object.keys(reading.value.content.medications),
  ).toHaveLength(1);
});

test("[CL-17] what is written to a merging field through a handle is pending work in the log", async () => {
  const patient = await newPatient();
  await server.takeFrom(ada);
  const handle = await handleOf(patient);
  handle.change((doc) => {
    Object.assign(doc, { maritalStatus: null });
  });
  await view.repo.flush();
  await ada.client.settle();
  expect(patient.fields.maritalStatus).toBeUndefined();
  expect(patient.status.state).toBe("queued");
  const batch = await ada.client.unsynced();
  expect(batch).toMatchObject([{ recordId: patient.id, lane: "merge" }]);
  const again = await openDevice({ name: "ada", store: ada.store, start: 2 });
  const reopened = await again.client.patients.get(patient.id);
  expect(reopened.ok && reopened.value.fields.maritalStatus).toBeUndefined();
});

test("[CL-17] a group written through a handle is refused, and the document goes back", async () => {
  const patient = await newPatient();
  const handle = await handleOf(patient);
  const refused = new Promise((resolve) => view.onRefused(resolve));
  const wentBack = new Promise<void>((resolve) => {
    handle.on("change", ({ doc }) => {
      if (!("prescribing" in doc)) resolve();
    });
  });
  handle.change((doc) => {
    Object.assign(doc, { prescribing: "x" });
  });
  await view.repo.flush();
  expect(await refused).toMatchObject({ recordId: patient.id });
  await wentBack;
  expect(patient.status.state).toBe("queued");
  expect(patient.group("prescribing").status).toBe("settled");
});

test("[CL-18] a document's group is a conflict where a plain reader sees one winner", async () => {
  const ben = await openDevice({ name: "ben" });
  await join(ben, founded.organizationId, founded.teamId, ["clinician"]);
  const patient = await newPatient();
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await server.deliverTo(ben);
  const theirs = await ben.client.patients.get(patient.id);
  if (!theirs.ok) throw new Error(theirs.error.code);
  const [mine, others] = [await patient.edit(), await theirs.value.edit()];
  mine.draft.prescribing.medications.add(amoxicillin);
  others.draft.prescribing.medications.add(warfarin);
  await mine.save();
  await others.save();
  await server.takeFrom(ben);
  await server.deliverTo(ada);
  const doc: Doc<Readonly<Record<string, unknown>>> = (
    await handleOf(patient)
  ).doc();
  expect(Object.keys(getConflicts(doc, "prescribing") ?? {})).toHaveLength(2);
  const reading = readGroupOf(doc, patientType, "prescribing");
  expect(reading).toMatchObject({ ok: true, value: { status: "conflict" } });
});

test("[SW-9] a handle loses what was refused, keeps what was built on it, saved or not, and says that it changed", async () => {
  const patient = await newPatient();
  await server.takeFrom(ada);
  const edit = await patient.edit();
  edit.draft.maritalStatus = "S";
  const saved = await edit.save();
  if (!saved.ok) throw new Error(saved.error.reason);
  const handle = await handleOf(patient);
  expect(String(handle.doc()["maritalStatus"])).toBe("S");
  const note = canonicalize({ status: "active", text: "Written in a handle." });
  const wentBack = new Promise<void>((resolve) => {
    handle.on("change", ({ doc }) => {
      const said = Object.entries(doc).some(
        ([key, value]) => key.startsWith("notes/") && String(value) === note,
      );
      if (String(doc["maritalStatus"]) === "M" && said) resolve();
    });
  });
  handle.change((doc) => {
    const key = "notes/018f3b62-0000-8000-8000-000000000001";
    Object.assign(doc, { [key]: new ImmutableString(note) });
  });
  // Not saved yet: what it builds on is refused first.
  await server.takeFrom(ada, ({ hash }) =>
    saved.value.hashes.includes(hash) ? "value-invalid" : null,
  );
  await wentBack;
  await ada.client.settle();
  expect(patient.fields.maritalStatus).toBe("M");
  expect(Object.values(patient.fields.notes)).toHaveLength(1);
  await server.takeFrom(ada);
  expect(await ada.client.unsynced()).toEqual([]);
});
