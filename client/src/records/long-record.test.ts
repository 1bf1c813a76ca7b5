import {
  createMemoryStore,
  type Medication,
  type patient,
  type RecordId,
  type Store,
} from "@suture/schema";
import { expect, test } from "vitest";

import {
  changePacksTable,
  clientTables,
  localPartition,
} from "../store/client-tables.ts";
import {
  amoxicillin,
  foundClinic,
  join,
  openDevice,
  TestServer,
  warfarin,
  type Device,
} from "./clinic.test-support.ts";
import { countingStore } from "./counting-store.test-support.ts";
import type { SutureRecord } from "./record.ts";

type Patient = SutureRecord<typeof patient>;

/** A patient with several packs of history: a conflict, ended entries, and work that the server has not heard of or refused. */
async function longRecord() {
  const store = createMemoryStore({ tables: clientTables });
  const ada = await openDevice({ name: "ada", store });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  const created = await ada.client.patients.create({
    parentId: organizationId,
    groups: { identity: { name: [{ family: "Moyo" }] } },
  });
  if (!created.ok) throw new Error(created.error.reason);
  const { value: record } = created;
  await editOften(record, 40);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const bea = await openDevice({ name: "bea" });
  await join(bea, organizationId, teamId, ["clinician"]);
  await server.deliverTo(bea);
  await sign(await patientOn(bea, record.id), warfarin);
  await sign(record, { ...amoxicillin, note: "with food" });
  await server.takeFrom(bea);
  await server.deliverTo(ada);
  await editOften(record, 40);
  await server.takeFrom(ada, ({ hash }) =>
    record.heads.includes(hash) ? "not-permitted" : null,
  );
  await editOften(record, 2);
  await ada.client.settle();
  // Packs are written behind everything else.
  await store.write(localPartition, () => Promise.resolve());
  return { store, server, organizationId, teamId, recordId: record.id };
}

async function editOften(record: Patient, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    const edit = await record.edit();
    edit.draft.telecom.set({ status: "active", value: `${count}` });
    if (count % 9 === 0) edit.draft.maritalStatus = count % 2 === 0 ? "M" : "D";
    const saved = await edit.save();
    if (!saved.ok) throw new Error(saved.error.reason);
  }
}

async function sign(record: Patient, medication: Medication): Promise<void> {
  for (const note of ["first", "second"]) {
    const edit = await record.edit();
    const { medications } = edit.draft.prescribing;
    for (const [entryId, entry] of Object.entries(medications.entries))
      medications.end(entryId, { ...entry, status: "stopped" });
    medications.add({ ...medication, note });
    const saved = await edit.save({ reason: note });
    if (!saved.ok) throw new Error(saved.error.reason);
  }
}

async function patientOn(
  { client }: Device,
  recordId: RecordId,
): Promise<Patient> {
  const opened = await client.patients.get(recordId);
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value;
}

function whatItShows(record: Patient) {
  const history = record.history();
  const moments = history.filter((_, at) => at % 7 === 0);
  return {
    heads: record.heads,
    fields: record.fields,
    status: record.status,
    groups: [record.group("identity"), record.group("prescribing")],
    archive: record.snapshot().archive("prescribing"),
    history,
    moments: moments.map(({ hash }) => {
      const then = record.asOf({ heads: [hash] });
      return [then?.fields, then?.group("prescribing")];
    }),
  };
}

async function reopened(store: Store): Promise<Device> {
  return openDevice({ name: "ada", store, start: 2 });
}

function packCount(store: Store): Promise<number> {
  return store.read(
    localPartition,
    async (tx) => (await tx.scan(changePacksTable)).length,
  );
}

test("[CL-25] a long record shows the same whether it is opened from packs or from its chunks, and reads few of these", async () => {
  const { store, recordId } = await longRecord();
  const counting = countingStore(store);
  const device = await reopened(counting.store);
  counting.takeCounts();
  const fromPacks = whatItShows(await patientOn(device, recordId));
  const counts = counting.takeCounts();
  expect(counts["changes"]).toBeGreaterThan(80);
  expect(counts["change_bytes"]).toBeLessThan(40);
  expect(fromPacks.groups[1]?.status).toBe("conflict");
  expect(fromPacks.status.state).toBe("refused");

  await store.write(localPartition, async (tx) => {
    for (const { key } of await tx.scan(changePacksTable))
      await tx.delete(changePacksTable, key);
  });
  const again = await reopened(store);
  expect(whatItShows(await patientOn(again, recordId))).toEqual(fromPacks);
});

test("[CL-25] what is written on a record opened from packs is what would have been written otherwise", async () => {
  const { store, recordId, server, ...house } = await longRecord();
  const saveOn = async () => {
    const device = await reopened(store);
    const record = await patientOn(device, recordId);
    const review = record.review("prescribing");
    if (review?.reading.status !== "conflict") throw new Error("no conflict");
    const { candidates } = review.reading;
    const [entryId = ""] = Object.keys(record.fields.telecom);
    const edit = await record.edit();
    edit.draft.telecom.set({ status: "active", value: "new" }, entryId);
    expect(await edit.save()).toMatchObject({ ok: true });
    const chosen = candidates[0]?.opId;
    if (chosen === undefined) throw new Error("no candidate");
    const resolved = await review.resolve({ choose: chosen, reason: "asked" });
    expect(resolved).toMatchObject({ ok: true });
    expect(record.fields.telecom[entryId]).toMatchObject({ value: "new" });
    expect(record.group("prescribing").status).toBe("settled");
    return device;
  };
  const device = await saveOn();
  await server.takeFrom(device);
  await server.deliverTo(device);
  const other = await openDevice({ name: "cyd" });
  await join(other, house.organizationId, house.teamId, ["clinician"]);
  await server.deliverTo(other);
  const there = whatItShows(await patientOn(other, recordId));
  const here = whatItShows(await patientOn(device, recordId));
  expect(there.heads).toEqual(here.heads);
  expect(there.fields).toEqual(here.fields);
  expect(there.groups).toEqual(here.groups);

  // What leaves the device takes its packs along.
  expect(await packCount(other.store)).toBeGreaterThan(1);
  await other.log.keepOnly(new Map());
  expect(await packCount(other.store)).toBe(0);
});

test("[CL-25] packs that were made by other rules are not read", async () => {
  const { store, recordId } = await longRecord();
  const device = await reopened(store);
  const shown = whatItShows(await patientOn(device, recordId));
  await store.write(localPartition, async (tx) => {
    for (const { key, value } of await tx.scan(changePacksTable)) {
      const text = Buffer.from(value).toString("latin1");
      const changed = text.replace(/"readBy":"./, '"readBy":"x');
      expect(changed).not.toBe(text);
      await tx.put(
        changePacksTable,
        key,
        Uint8Array.from(Buffer.from(changed, "latin1")),
      );
    }
  });
  const counting = countingStore(store);
  const again = await reopened(counting.store);
  counting.takeCounts();
  expect(whatItShows(await patientOn(again, recordId))).toEqual(shown);
  expect(counting.takeCounts()["change_bytes"]).toBeGreaterThan(80);
});

test("[CL-25] a short record from the server is read from its chunks once, however often it is opened; one of this device's own waits", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  const created = await ada.client.patients.create({
    parentId: organizationId,
    groups: { identity: { name: [{ family: "Moyo" }] } },
  });
  if (!created.ok) throw new Error(created.error.reason);
  const { value: record } = created;
  await editOften(record, 3);
  await server.takeFrom(ada);
  expect(await packCount(ada.store)).toBe(0);

  const store = createMemoryStore({ tables: clientTables });
  const bea = await openDevice({ name: "bea", store });
  await join(bea, organizationId, teamId, ["clinician"]);
  await server.deliverTo(bea);
  const [listed] = await bea.client.patients.list();
  if (listed === undefined) throw new Error("nothing is listed");
  const shown = whatItShows(listed);
  expect(shown.history).toHaveLength(4);
  await store.write(localPartition, () => Promise.resolve());
  expect(await packCount(store)).toBe(1);

  const counting = countingStore(store);
  const again = await openDevice({
    name: "bea",
    store: counting.store,
    start: 2,
  });
  counting.takeCounts();
  const opened = await patientOn(again, record.id);
  expect(whatItShows(opened)).toEqual(shown);
  expect(counting.takeCounts()["change_bytes"] ?? 0).toBe(0);

  // What comes now waits until it makes a pack.
  await editOften(record, 1);
  await server.takeFrom(ada);
  await server.deliverTo(again);
  await again.client.settle();
  expect(opened.history()).toHaveLength(5);
  await store.write(localPartition, () => Promise.resolve());
  expect(await packCount(store)).toBe(1);
});
