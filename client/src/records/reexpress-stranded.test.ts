/** What was built on refused work, on the device that wrote it: said again at once, and everything that is open shows it. */
import {
  createMemoryStore,
  type ChangeHash,
  type RefusalCode,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import { clientTables } from "../store/client-tables.ts";
import { failingStore } from "./failing-store.test-support.ts";
import {
  amoxicillin,
  foundClinic,
  openDevice,
  TestServer,
  warfarin,
  type Device,
} from "./clinic.test-support.ts";

let ada: Device;
let server: TestServer;
let founded: Awaited<ReturnType<typeof foundClinic>>;
const store = () => createMemoryStore({ tables: clientTables });

beforeEach(async () => {
  ada = await openDevice({ name: "ada", store: store() });
  founded = await foundClinic(ada);
  server = new TestServer(founded.organizationId);
  await server.takeFrom(ada);
});

async function newPatient() {
  const created = await ada.client.patients.create({
    parentId: founded.organizationId,
    groups: { identity: { name: [{ family: "Moyo" }] } },
  });
  if (!created.ok) throw new Error(created.error.reason);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await ada.client.settle();
  return created.value;
}

type Patient = Awaited<ReturnType<typeof newPatient>>;
type Edit = Awaited<ReturnType<Patient["edit"]>>;

async function save(patient: Patient, write: (draft: Edit["draft"]) => void) {
  const edit = await patient.edit();
  write(edit.draft);
  const saved = await edit.save();
  if (!saved.ok) throw new Error(saved.error.reason);
  const [hash] = saved.value.hashes;
  if (hash === undefined) throw new Error("nothing was saved");
  return hash;
}

function refusing(refused: ChangeHash, code: RefusalCode = "value-invalid") {
  return ({ hash }: { readonly hash: ChangeHash }) =>
    hash === refused ? code : null;
}

async function stateOf(hash: ChangeHash) {
  const stranded = await ada.client.stranded();
  return stranded.find((one) => one.hash === hash);
}

test("[SW-5] what was built on a refused field is said again, sent and accepted; the original says as what", async () => {
  const patient = await newPatient();
  const refused = await save(patient, (draft) => {
    draft.maritalStatus = "M";
  });
  const later = await save(patient, (draft) => {
    draft.telecom.set({ system: "phone", value: "1", status: "active" });
  });
  await server.takeFrom(ada, refusing(refused));
  await ada.client.settle();

  expect(patient.fields.maritalStatus).toBeUndefined();
  expect(Object.values(patient.fields.telecom)).toMatchObject([{ value: "1" }]);
  const again = (await stateOf(later))?.reexpressedAs;
  expect(again).toMatch(/^[0-9a-f]{64}$/);
  expect((await stateOf(refused))?.reexpressedAs).toBeNull();
  expect(server.rows.map(({ hash }) => hash)).toContain(again);
  expect(await ada.client.unsynced()).toEqual([]);

  // Once somebody has seen to what was refused itself, nothing of it is a problem any more.
  expect(patient.status.state).toBe("refused");
  await ada.client.dismissStranded(patient.id, refused);
  await ada.client.settle();
  expect(patient.status.state).toBe("synced");
});

test("[SW-5] a chain is said again as a chain, and what touches what was refused stays stranded", async () => {
  const patient = await newPatient();
  let refusedEntry = "";
  const refused = await save(patient, (draft) => {
    refusedEntry = draft.prescribing.medications.add(amoxicillin);
  });
  const added = await save(patient, (draft) => {
    draft.prescribing.medications.add(warfarin);
  });
  const ended = await save(patient, (draft) => {
    draft.prescribing.medications.end(refusedEntry, {
      ...amoxicillin,
      status: "stopped",
    });
  });
  const risen = await save(patient, (draft) => {
    draft.prescribing.pregnancy = { status: "pregnant" };
  });
  await server.takeFrom(ada, refusing(refused));
  await ada.client.settle();

  const reading = patient.group("prescribing");
  expect(reading.status).toBe("settled");
  if (reading.status !== "settled") return;
  expect(Object.values(reading.content.medications)).toMatchObject([
    { code: { text: "warfarin" } },
  ]);
  expect(reading.content.pregnancy).toEqual({ status: "pregnant" });
  expect((await stateOf(added))?.reexpressedAs).not.toBeNull();
  expect(await stateOf(ended)).toMatchObject({
    reexpressedAs: null,
    code: "depends-on-refused",
  });
  expect((await stateOf(risen))?.reexpressedAs).not.toBeNull();
});

test("[SW-6] a form that had shown the work goes on: it is seen, and nobody is in conflict with themselves", async () => {
  const patient = await newPatient();
  const refused = await save(patient, (draft) => {
    draft.prescribing.medications.add(amoxicillin);
  });
  await save(patient, (draft) => {
    draft.prescribing.medications.add(warfarin);
  });
  const form = await patient.edit();
  form.draft.prescribing.pregnancy = { status: "pregnant" };
  let told = 0;
  patient.watch(() => {
    told += 1;
  });
  await server.takeFrom(ada, refusing(refused));
  await ada.client.settle();
  expect(told).toBeGreaterThan(0);
  expect(form.isBehind).toBe(false);
  expect((await form.save()).ok).toBe(true);
  await server.takeFrom(ada);
  await ada.client.settle();
  const reading = patient.group("prescribing");
  expect(reading).toMatchObject({
    status: "settled",
    content: { pregnancy: { status: "pregnant" } },
  });
  if (reading.status === "settled")
    expect(Object.values(reading.content.medications)).toMatchObject([
      { code: { text: "warfarin" } },
    ]);
});

test("[SW-6] a form that wrote to an entry that was not accepted says so once, and is not saved", async () => {
  const patient = await newPatient();
  let entryId = "";
  const refused = await save(patient, (draft) => {
    entryId = draft.prescribing.medications.add(amoxicillin);
  });
  const form = await patient.edit();
  form.draft.prescribing.medications.end(entryId, {
    ...amoxicillin,
    status: "stopped",
  });
  await server.takeFrom(ada, refusing(refused));
  await ada.client.settle();
  expect(await form.save()).toMatchObject({
    ok: false,
    error: { code: "depends-on-refused" },
  });
  expect(await ada.client.unsynced()).toEqual([]);
});

test("[SW-5] what was being saved when the refusal came is said again too", async () => {
  const patient = await newPatient();
  const refused = await save(patient, (draft) => {
    draft.maritalStatus = "M";
  });
  const form = await patient.edit();
  form.draft.telecom.set({ system: "phone", value: "1", status: "active" });
  // The verdict is committed first; the form has not heard of it when its save is composed.
  const [, saved] = await Promise.all([
    ada.log.applyVerdicts([
      {
        verdict: "refused",
        recordId: patient.id,
        hash: refused,
        code: "value-invalid",
        message: "Not accepted.",
        isRetryable: false,
      },
    ]),
    form.save(),
  ]);
  expect(saved.ok).toBe(true);
  await ada.client.settle();
  expect(Object.values(patient.fields.telecom)).toMatchObject([{ value: "1" }]);
  const [own] = saved.ok ? saved.value.hashes : [];
  if (own === undefined) throw new Error("nothing was saved");
  expect((await stateOf(own))?.reexpressedAs).toMatch(/^[0-9a-f]{64}$/);
  await server.takeFrom(ada);
  expect(await ada.client.unsynced()).toEqual([]);
});

test("[SW-8] stranded work says what was tried, before and after, on what, by whom and why, and can be taken along", async () => {
  const patient = await newPatient();
  const base = patient.heads;
  await save(patient, (draft) => {
    draft.maritalStatus = "S";
  });
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await ada.client.settle();
  const refused = await save(patient, (draft) => {
    draft.maritalStatus = "M";
  });
  const later = await save(patient, (draft) => {
    draft.maritalStatus = "D";
  });
  await server.takeFrom(ada, refusing(refused));
  ada = await openDevice({ name: "ada", store: ada.store, start: 2 });
  const [first, second] = await ada.client.stranded();
  expect(first).toMatchObject({
    recordId: patient.id,
    recordType: "patient",
    hash: refused,
    code: "value-invalid",
    message: "Not accepted.",
    memberId: founded.memberId,
    tried: [{ name: "maritalStatus", before: ["S"], after: "M" }],
  });
  expect(first?.base).not.toEqual(base);
  expect(second).toMatchObject({
    hash: later,
    code: "depends-on-refused",
    tried: [{ name: "maritalStatus", before: ["M"], after: "D" }],
  });
  const copy = await ada.client.exportStranded();
  const parsed: unknown = JSON.parse(JSON.stringify(copy));
  expect(parsed).toMatchObject({
    format: "suture-stranded-1",
    changes: [
      { hash: refused, bytes: expect.stringMatching(/^[0-9a-f]+$/) },
      { hash: later },
    ],
  });
});

test("[SW-7] work of somebody who may not write it any more is kept, and not said again", async () => {
  const patient = await newPatient();
  const refused = await save(patient, (draft) => {
    draft.maritalStatus = "M";
  });
  const later = await save(patient, (draft) => {
    draft.telecom.set({ system: "phone", value: "1", status: "active" });
  });
  const [membership] = ada.client.memberships;
  if (membership === undefined) throw new Error("she is no member");
  const { organizationId, memberId, teamIds } = membership;
  await ada.log.saveMemberships(ada.personId, [
    { organizationId, memberId, teamIds, roles: ["auditor"] },
  ]);
  await server.takeFrom(ada, refusing(refused, "not-permitted"));
  expect((await ada.client.stranded()).map(({ hash }) => hash)).toEqual([
    refused,
    later,
  ]);
  expect(await ada.client.unsynced()).toEqual([]);
  expect((await stateOf(later))?.reexpressedAs).toBeNull();
});

test("[SW-5] wherever the device stops, the refusal and what is said again are both there, or neither", async () => {
  let failures = 0;
  for (let calls = 0; ; calls += 1) {
    const inner = store();
    const failing = failingStore(inner);
    ada = await openDevice({ name: "ada", store: failing.store });
    founded = await foundClinic(ada);
    server = new TestServer(founded.organizationId);
    await server.takeFrom(ada);
    const patient = await newPatient();
    const refused = await save(patient, (draft) => {
      draft.maritalStatus = "M";
    });
    const later = await save(patient, (draft) => {
      draft.telecom.set({ value: "1", status: "active" });
    });
    failing.failAfter(calls);
    const verdict = {
      verdict: "refused" as const,
      recordId: patient.id,
      hash: refused,
      code: "value-invalid" as const,
      message: "Not accepted.",
      isRetryable: false,
    };
    await ada.log.applyVerdicts([verdict]).catch(() => undefined);
    const { hasFailed } = failing;
    failing.heal();
    if (hasFailed) failures += 1;

    ada = await openDevice({ name: "ada", store: inner, start: 2 });
    expect(await ada.client.stranded()).toHaveLength(hasFailed ? 0 : 2);
    // Told again, as the server does, it comes to the same.
    await ada.log.applyVerdicts([verdict]);
    const again = (await stateOf(later))?.reexpressedAs;
    expect(await ada.client.unsynced()).toMatchObject([{ hash: again }]);
    if (!hasFailed) break;
  }
  expect(failures).toBeGreaterThan(10);
});
