import { createMemoryStore, StoreError, type Store } from "@suture/schema";
import { expect, test } from "vitest";

import { clientTables } from "../store/client-tables.ts";
import { foundClinic, openDevice, TestServer } from "./clinic.test-support.ts";

/** A store whose reads can be made to fail. */
function unreadableStore() {
  const inner = createMemoryStore({ tables: clientTables });
  let isFailing = false;
  const store: Store = {
    write: (partition, work) => inner.write(partition, work),
    read: (partition, work) =>
      isFailing
        ? Promise.reject(new StoreError("store-failed", "a bad moment"))
        : inner.read(partition, work),
    listPartitions: () => inner.listPartitions(),
    close: () => inner.close(),
  };
  return { store, fail: (fails: boolean) => void (isFailing = fails) };
}

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
