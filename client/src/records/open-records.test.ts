import { StoreError } from "@suture/schema";
import { expect, test } from "vitest";

import {
  foundClinic,
  newPatient,
  openDevice,
  sign,
  TestServer,
} from "./clinic.test-support.ts";
import { unreadableStore } from "./unreadable-store.test-support.ts";

test("[CL-23] a record that could not be opened while the store failed is opened once it works again", async () => {
  const { store, fail } = unreadableStore();
  const before = await openDevice({ name: "ada", store });
  const { organizationId } = await foundClinic(before);
  const { client } = await openDevice({ name: "ada", store, start: 2 });
  fail(true);
  await expect(client.organizations.get(organizationId)).rejects.toThrow(
    StoreError,
  );
  fail(false);
  expect((await client.organizations.get(organizationId)).ok).toBe(true);
});

test("[CL-8] what becomes doubtful of a record that is open is not called synced on it", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  const created = await ada.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  const { value: record } = created;
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await ada.client.settle();
  expect(record.status.state).toBe("synced");

  // It stays, as it has work that was never accepted, though its scope is not followed any more.
  const form = await record.edit();
  form.draft.maritalStatus = "M";
  expect((await form.save()).ok).toBe(true);
  const [own] = await ada.log.unsynced();
  if (own === undefined) throw new Error("nothing waits");
  await ada.log.keepOnly(new Map());
  // The server came back without any of it.
  const restored = new TestServer(organizationId);
  await restored.deliverTo(ada);
  await ada.log.applyVerdicts([{ ...own, verdict: "accepted", places: [] }]);
  await ada.client.settle();
  expect(record.status.state).not.toBe("synced");
  expect(record.history().map(({ state }) => state)).toEqual([
    "pending",
    "accepted",
  ]);
});

test("[RE-14] a record that is read again from its rows shows until then what it showed, at every moment", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const record = await newPatient(ada, organizationId);
  await sign(record);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await ada.client.settle();
  const { heads } = record;
  const shown = new Set<string>();
  // The server came back from an older backup.
  await ada.log.regress(server.scopeId, [server.cursorAt(0)]);
  const settled = ada.client.settle().then(() => shown.add("settled"));
  while (!shown.has("settled")) {
    shown.add(record.heads.join());
    await Promise.resolve();
  }
  await settled;
  expect([...shown]).toEqual([heads.join(), "settled"]);
  expect(record.status.state).toBe("queued");
});

test("[RE-14] a record that cannot be brought up to date shows nothing, tells so, and is opened anew", async () => {
  const { store, fail } = unreadableStore();
  const ada = await openDevice({ name: "ada", store });
  const { organizationId } = await foundClinic(ada);
  const record = await newPatient(ada, organizationId);
  let shown = record.heads;
  record.watch(() => void (shown = record.heads));
  const stop = ada.log.subscribe(() => fail(true));
  await sign(record);
  stop();
  fail(false);
  expect(shown).toEqual([]);
  const again = await ada.client.patients.get(record.id);
  if (!again.ok) throw new Error(again.error.code);
  expect(again.value.history()).toHaveLength(2);
});

test("[RE-7] a record that was held while many others were opened tells of a new status when it is watched", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  const record = await newPatient(ada, organizationId);
  for (let count = 0; count < 210; count += 1)
    await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await ada.client.settle();
  let shown = record.status.label;
  record.watch(() => void (shown = record.status.label));
  expect(shown).toBe("Synced.");
  await server.confirmTo(ada);
  await ada.client.settle();
  expect(shown).toBe("Synced and confirmed.");
});
