// @vitest-environment happy-dom
import {
  createMemoryStore,
  defineRecord,
  patient,
  recordIdSchema,
  scalar,
  sutureRecords,
} from "@suture/schema";
import { act } from "react";
import { expect, test } from "vitest";
import { z } from "zod";

import {
  foundClinic,
  join,
  newPatient,
  openDevice,
  sign,
  TestServer,
} from "../records/clinic.test-support.ts";
import { changeBytesTable, clientTables } from "../store/client-tables.ts";
import { localPartition } from "../store/client-tables.ts";
import { unreadableStore } from "../records/unreadable-store.test-support.ts";
import { renderHook, rest, until } from "./render-hook.test-support.tsx";
import { useRecord } from "./use-record.ts";

async function clinic() {
  const device = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(device);
  const record = await newPatient(device, organizationId);
  return { ...device, organizationId, teamId, record };
}

type Device = Awaited<ReturnType<typeof openDevice>>;

function show({ client }: Device, recordId: string) {
  return renderHook(
    client,
    (id: string) => useRecord(client.patients, recordIdSchema.parse(id)),
    recordId,
  );
}

async function marry(
  record: Awaited<ReturnType<typeof newPatient>>,
  to: string,
) {
  const form = await record.edit();
  form.draft.maritalStatus = to === "M" ? "M" : "S";
  const saved = await form.save();
  if (!saved.ok) throw new Error(saved.error.reason);
}

test("[RE-1] a record is loading, then shown, and what is saved is shown with the save", async () => {
  const device = await clinic();
  const hook = await show(device, device.record.id);
  expect(hook.values[0]).toEqual({ state: "loading" });
  await until(() => hook.current.state === "open");

  await act(() => marry(device.record, "M"));
  // Without another turn: the save and what is shown are one.
  const { current } = hook;
  if (current.state !== "open") throw new Error(current.state);
  expect(current.snapshot.fields.maritalStatus).toBe("M");
  expect(current.status.state).toBe("queued");
});

test("[RE-1, RE-2] a colleague's change that arrives is shown, and `record` stays the same object", async () => {
  const ada = await clinic();
  const bob = await openDevice({ name: "bob" });
  await join(bob, ada.organizationId, ada.teamId, [
    "clinician",
    "receptionist",
  ]);
  const server = new TestServer(ada.organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(bob);
  const hook = await show(bob, ada.record.id);
  await until(() => hook.current.state === "open");
  const { current: before } = hook;

  await marry(ada.record, "M");
  await server.takeFrom(ada);
  await act(async () => {
    await server.deliverTo(bob);
    await bob.client.settle();
  });
  const { current } = hook;
  if (current.state !== "open" || before.state !== "open")
    throw new Error(current.state);
  expect(current.snapshot.fields.maritalStatus).toBe("M");
  expect(current.record).toBe(before.record);
  // What was shown before is as it was.
  expect(before.snapshot.fields.maritalStatus).toBeUndefined();
});

test("[RE-2] nothing is rendered again for a change of another record, nor where this one says the same", async () => {
  const device = await clinic();
  const other = await newPatient(device, device.organizationId);
  const hook = await show(device, device.record.id);
  await until(() => hook.current.state === "open");
  const { length } = hook.values;
  await act(() => marry(other, "M"));
  await act(() =>
    join(device, device.organizationId, device.teamId, ["clinician"]),
  );
  await rest();
  expect(hook.values).toHaveLength(length);
});

test("[RE-1] another id shows the other record, and never the first one under it", async () => {
  const device = await clinic();
  const other = await newPatient(device, device.organizationId);
  const hook = await show(device, device.record.id);
  await until(() => hook.current.state === "open");
  const { length } = hook.values;
  await hook.rerender(other.id);
  await until(() => hook.current.state === "open");
  const shown = hook.values
    .slice(length)
    .flatMap((value) => (value.state === "open" ? [value.record.id] : []));
  expect(new Set(shown)).toEqual(new Set([other.id]));
  expect(hook.values[length]).toEqual({ state: "loading" });
});

test("[RE-4] a record that is not here is unknown, and shown once it arrives", async () => {
  const ada = await clinic();
  const bob = await openDevice({ name: "bob" });
  await join(bob, ada.organizationId, ada.teamId, ["clinician"]);
  const server = new TestServer(ada.organizationId);
  const hook = await show(bob, ada.record.id);
  await until(() => hook.current.state === "problem");
  expect(hook.current).toEqual({
    state: "problem",
    problem: { code: "record-unknown" },
  });
  await server.takeFrom(ada);
  await act(() => server.deliverTo(bob));
  await until(() => hook.current.state === "open");
});

test("[RE-4] what whoever takes over the device may not read is gone from the page, and back with who may", async () => {
  const device = await openDevice({ name: "ada", others: ["tom"] });
  const { organizationId, teamId } = await foundClinic(device);
  const record = await newPatient(device, organizationId);
  const tom = {
    ...device,
    personId: device.personId.replace("ada", "tom"),
  } as Device;
  await join(tom, organizationId, teamId, ["technician"]);
  const hook = await show(device, record.id);
  await until(() => hook.current.state === "open");

  await act(() => device.client.usePerson(tom.personId));
  expect(hook.current.state).not.toBe("open");
  await until(() => hook.current.state === "problem");
  expect(hook.current).toEqual({
    state: "problem",
    problem: { code: "record-unknown" },
  });
  await act(() => device.client.usePerson(device.personId));
  await until(() => hook.current.state === "open");
});

test("[RE-4] a later app's change makes it `update-needed`, in the middle of showing it", async () => {
  const later = defineRecord({
    ...patient,
    fields: {
      ...patient.fields,
      bloodGroup: scalar(z.string(), ["clinician"]),
    },
  });
  const recordTypes = sutureRecords.map((type) =>
    type.type === "patient" ? later : type,
  );
  const ada = await openDevice({ name: "ada", recordTypes });
  const { organizationId, teamId } = await foundClinic({
    client: ada.client,
  });
  const bob = await openDevice({ name: "bob" });
  await join(bob, organizationId, teamId, ["clinician"]);
  const created = await ada.client
    .records(later)
    .create({ parentId: organizationId });
  if (!created.ok) throw new Error(created.error.reason);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(bob);
  const hook = await show(bob, created.value.id);
  await until(() => hook.current.state === "open");

  const form = await created.value.edit();
  form.draft.bloodGroup = "0+";
  expect((await form.save()).ok).toBe(true);
  await server.takeFrom(ada);
  await act(() => server.deliverTo(bob));
  await until(() => hook.current.state === "problem");
  expect(hook.current).toEqual({
    state: "problem",
    problem: { code: "update-needed" },
  });
});

test("[RE-4] what lies damaged on the disk is `store-damaged`", async () => {
  const store = createMemoryStore({ tables: clientTables });
  const before = await openDevice({ name: "ada", store });
  const { organizationId } = await foundClinic(before);
  const record = await newPatient(before, organizationId);
  const { hashes } = await sign(record);
  await store.write(localPartition, async (tx) => {
    for (const hash of hashes)
      await tx.put(changeBytesTable, [record.id, hash], new Uint8Array(64));
  });
  const device = await openDevice({ name: "ada", store, start: 2 });
  const hook = await show(device, record.id);
  await until(() => hook.current.state === "problem");
  expect(hook.current).toEqual({
    state: "problem",
    problem: { code: "store-damaged" },
  });
});

test("[RE-4] a store that cannot be read is said, and read again with the next change", async () => {
  const { store, fail } = unreadableStore();
  const before = await openDevice({ name: "ada", store });
  const { organizationId } = await foundClinic(before);
  const record = await newPatient(before, organizationId);
  const device = await openDevice({ name: "ada", store, start: 2 });
  fail(true);
  const hook = await show(device, record.id);
  await until(() => hook.current.state === "problem");
  expect(hook.current).toEqual({
    state: "problem",
    problem: { code: "store-failed" },
  });
  fail(false);
  await act(() => newPatient(device, organizationId));
  await until(() => hook.current.state === "open");
});

test("[RE-3] what is unmounted hears of nothing any more, however it was in the middle of opening", async () => {
  const device = await clinic();
  const hook = await show(device, device.record.id);
  await hook.unmount();
  const { length } = hook.values;
  await marry(device.record, "M");
  await rest();
  expect(hook.values).toHaveLength(length);
});
