/** A whole client over IndexedDB: what people write is found, and lies nowhere as they wrote it. */
import { afterEach, beforeEach, expect, test } from "vitest";

import { foundClinic, openDevice } from "../records/clinic.test-support.ts";
import { clientMigrations } from "../store/client-migrations.ts";
import { clientTables } from "../store/client-tables.ts";
import { viewsInMemory } from "../store/view-rows.ts";
import { BrowserStores, rawContent } from "./browser-stores.test-support.ts";
import { whereFound } from "./where-found.test-support.ts";

let stores: BrowserStores;
beforeEach(() => {
  stores = new BrowserStores({ tables: clientTables });
});
afterEach(() => stores.dispose());

const open = () =>
  stores.open({
    migrations: clientMigrations,
    memoryTables: viewsInMemory,
  });

test("[WB-3] [WB-5] a patient who is registered is found by name, after a reload as well, and is named nowhere in the browser", async () => {
  const device = await openDevice({ name: "ada", store: await open() });
  const { organizationId } = await foundClinic(device);
  const created = await device.client.patients.create({
    parentId: organizationId,
    groups: {
      identity: {
        name: [{ family: "Plantedova", given: ["Näomi"] }],
        birthDate: "1990-01-02",
        gender: "female",
      },
    },
  });
  if (!created.ok) throw new Error(created.error.reason);
  await device.client.forms.keep("register", { family: "Halfwritten" });
  expect(
    await device.client.patients.list({ matching: "plantedova" }),
  ).toHaveLength(1);
  await device.client.close();

  const reloaded = await openDevice({
    name: "ada",
    store: await open(),
    start: 2,
  });
  expect(
    await reloaded.client.patients.list({ matching: "naomi" }),
  ).toHaveLength(1);
  expect(await reloaded.client.patients.list()).toHaveLength(1);
  const content = await rawContent(stores.name);
  for (const text of ["Plantedova", "plantedova", "Näomi", "naomi", "Halfwr"])
    expect(whereFound(content, text)).toEqual([]);
  await reloaded.client.close();
});
