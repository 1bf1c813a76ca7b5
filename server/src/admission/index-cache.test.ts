import { createMemoryStore } from "@suture/schema";
import { expect, test } from "vitest";
import {
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
} from "./world.test-support.ts";
import { serverTables } from "../server-tables.ts";
import { recordsTable } from "../log/log-tables.ts";
import { RecordCache } from "../log/record-cache.ts";
import { loadRecordMemory } from "../log/record-memory.ts";

async function createScene() {
  const store = createMemoryStore({ tables: serverTables });
  const world = await createWorld(createWorldDeps(store));
  const { admin, organizationId } = world;
  const rename = (name: string) =>
    admin.push(admin.setField(world.organization, "name", name));
  const load = (cache: RecordCache) =>
    store.read(organizationId, async (tx) => {
      const row = await tx.get(recordsTable, [organizationId]);
      if (row === undefined) throw new Error("no record");
      return cache.load(tx, organizationId, row);
    });
  return { store, world, rename, load };
}

test("[AD-14] a cached index is used while the record's row confirms it, and read again when it does not", async () => {
  const { load, rename } = await createScene();
  const cache = new RecordCache({ maxRecords: 10 });
  const held = await load(cache);
  expect(await load(cache)).toBe(held);
  // Somebody else appends.
  expectAccepted(await rename("St. Bride"));
  const fresh = await load(cache);
  expect(fresh).not.toBe(held);
  expect(fresh.index.size).toBe(2);
});

test("[AD-14] an index that a rolled back transaction added to is not believed", async () => {
  const { load, rename, store, world } = await createScene();
  const cache = new RecordCache({ maxRecords: 10 });
  const held = await load(cache);
  expectAccepted(await rename("St. Bride"));
  const later = await store.read(world.organizationId, (tx) =>
    loadRecordMemory(tx, world.organizationId),
  );
  const [, added] = [...later.index.changes()];
  if (added === undefined) throw new Error("no change");
  // The right number of changes, under another chain.
  held.add(added, world.admin.signer, "0".repeat(64));
  expect(await load(cache)).not.toBe(held);
});

test("[AD-14] the least recently used index is let go of", async () => {
  const { store, world } = await createScene();
  const { admin, organizationId } = world;
  const teams = [0, 1].map(() =>
    admin.create(typeOf("team"), { parentId: organizationId }),
  );
  expectAccepted(await admin.push(...teams.map(({ pushed }) => pushed)));
  const cache = new RecordCache({ maxRecords: 2 });
  const load = (recordId: typeof organizationId) =>
    store.read(organizationId, async (tx) => {
      const row = await tx.get(recordsTable, [recordId]);
      if (row === undefined) throw new Error("no record");
      return cache.load(tx, organizationId, row);
    });
  const [one, two] = teams.map(({ replica }) => replica.recordId);
  if (one === undefined || two === undefined) throw new Error("no teams");
  const organization = await load(organizationId);
  const first = await load(one);
  expect(await load(organizationId)).toBe(organization);
  await load(two);
  expect(await load(organizationId)).toBe(organization);
  expect(await load(one)).not.toBe(first);
});
