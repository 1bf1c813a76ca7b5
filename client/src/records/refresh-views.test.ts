/** Views that are made for one reading, as there is no space for them: what becomes of the write that is taken back. */
import { createMemoryStore, StoreError, type Store } from "@suture/schema";
import { expect, test } from "vitest";

import { clientTables } from "../store/client-tables.ts";
import { foundClinic, newPatient, openDevice } from "./clinic.test-support.ts";

test("[WB-51] a list that was made without being stored says nothing of space: there may be some by now", async () => {
  const inner = createMemoryStore({ tables: clientTables });
  let isFull = false;
  let whenTakenBack = () => Promise.resolve();
  const store: Store = {
    read: (partition, work) => inner.read(partition, work),
    listPartitions: () => inner.listPartitions(),
    close: () => inner.close(),
    write: async (partition, work) => {
      if (isFull) {
        isFull = false;
        throw new StoreError("store-full", "no space in this test");
      }
      try {
        return await inner.write(partition, work);
      } catch (cause) {
        await whenTakenBack();
        throw cause;
      }
    },
  };
  const device = await openDevice({ name: "ada", store });
  const { client } = device;
  const { organizationId } = await foundClinic(device);
  const patient = await newPatient(device, organizationId);

  isFull = true;
  whenTakenBack = async () => {
    expect(client.space.isFull).toBe(true);
    // Somebody has found in the meantime that there is space.
    await client.space.look();
    expect(client.space.isFull).toBe(false);
  };
  const listed = await client.patients.list();
  expect(listed.map(({ id }) => id)).toEqual([patient.id]);
  expect(client.space.isFull).toBe(false);
  expect.assertions(4);
});
