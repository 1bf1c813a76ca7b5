/** A browser whose store is from before patients were found by their whole name. */
import { afterEach, beforeEach, expect, test } from "vitest";

import { foundClinic, openDevice } from "../records/clinic.test-support.ts";
import { clientMigrations } from "../store/client-migrations.ts";
import {
  clientTables,
  localPartition,
  staleViewsTable,
  viewsByWordTable,
  viewsTable,
} from "../store/client-tables.ts";
import { viewsInMemory } from "../store/view-rows.ts";
import { BrowserStores } from "./browser-stores.test-support.ts";

let stores: BrowserStores;
beforeEach(() => {
  stores = new BrowserStores({ tables: clientTables });
});
afterEach(() => stores.dispose());

const before = clientMigrations.findIndex(
  ({ name }) => name === "find-by-whole-name",
);

const open = (migrationCount = clientMigrations.length) =>
  stores.open({
    migrations: clientMigrations.slice(0, migrationCount),
    memoryTables: viewsInMemory,
  });

async function olderBrowser(families: readonly string[]): Promise<void> {
  const older = await openDevice({ name: "ada", store: await open(before) });
  const { client, store } = older;
  const { organizationId } = await foundClinic(older);
  for (const family of families) {
    const created = await client.patients.create({
      parentId: organizationId,
      groups: {
        identity: {
          name: [{ family, given: ["Davi"] }],
          birthDate: "1990-01-02",
          gender: "male",
        },
      },
    });
    if (!created.ok) throw new Error(created.error.reason);
  }
  await client.patients.list({ matching: "davi" });
  await store.write(localPartition, async (tx) => {
    for (const { key, value } of await tx.scan(viewsTable, {
      prefix: ["patient"],
    }))
      await tx.put(viewsTable, key, {
        ...value,
        terms: value.terms.filter((term) => !term.includes(" ")),
      });
    for (const { key } of await tx.scan(viewsByWordTable, {
      prefix: ["patient"],
    }))
      if (String(key[2]).includes(" ")) await tx.delete(viewsByWordTable, key);
  });
  await client.close();
  // It stays so, as long as it is opened as it was.
  const again = await openDevice({
    name: "ada",
    store: await open(before),
    start: 2,
  });
  expect(
    await again.client.patients.list({ matching: "davi dogwood" }),
  ).toEqual([]);
  await again.client.close();
}

test("[AP-188] in a browser the whole name of who was listed before is found, and what is renamed is not found by the old", async () => {
  await olderBrowser(["Dogwood", "Moyo"]);
  const store = await open();
  expect(
    await store.read(localPartition, (tx) => tx.scan(staleViewsTable)),
  ).toEqual([]);
  const { client } = await openDevice({ name: "ada", store, start: 3 });
  const find = (matching: string) => client.patients.list({ matching });
  expect(await find("davi")).toHaveLength(2);
  const [dogwood] = await find("Davi Dogwood");
  const edit = await dogwood?.edit();
  if (edit === undefined) throw new Error("not found");
  edit.draft.identity.name = [{ family: "Ncube", given: ["Davi"] }];
  await edit.save();
  expect(await find("dogwood")).toEqual([]);
  expect(await find("davi dogwood")).toEqual([]);
  expect(await find("davi ncube")).toHaveLength(1);
  await client.close();
});

test("[AP-188] a damaged view does not keep an older store from being opened, and its record is listed", async () => {
  await olderBrowser(["Dogwood", "Moyo"]);
  await stores.raw(async (db) => {
    const key = (await db.getAllKeys("rows")).find(
      (one) =>
        Array.isArray(one) &&
        one[1] === "views" &&
        typeof one[2] === "string" &&
        one[2].includes("patient"),
    );
    if (key === undefined) throw new Error("there is no row");
    const sealed: unknown = await db.get("rows", key);
    if (!(sealed instanceof Uint8Array)) throw new Error("there is no row");
    await db.put("rows", sealed.slice().fill(0, 24), key);
  });
  const { client } = await openDevice({
    name: "ada",
    store: await open(),
    start: 3,
  });
  for (const name of ["davi dogwood", "davi moyo"])
    expect(await client.patients.list({ matching: name })).toHaveLength(1);
  await client.close();
});
