import { createMemoryStore, StoreError, type Store } from "@suture/schema";
import { expect, test } from "vitest";

import { clientTables } from "../store/client-tables.ts";
import { foundClinic, openDevice } from "./clinic.test-support.ts";

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
