/** What arrives is made ready for lists by whoever receives it. */
import {
  createRecordTypes,
  sutureRecords,
  type RecordId,
} from "@suture/schema";
import { afterEach, beforeEach, expect, test } from "vitest";

import {
  foundClinic,
  join,
  openDevice,
  TestServer,
  type Device,
} from "../records/clinic.test-support.ts";
import { readyViews } from "../records/refresh-views.ts";
import { clientMigrations } from "../store/client-migrations.ts";
import { clientTables, staleViewsTable } from "../store/client-tables.ts";
import { viewsInMemory } from "../store/view-rows.ts";
import { BrowserStores } from "./browser-stores.test-support.ts";

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

async function register(
  { client }: Device,
  parentId: RecordId,
  family: string,
): Promise<RecordId> {
  const created = await client.patients.create({
    parentId,
    groups: {
      identity: {
        name: [{ family }],
        birthDate: "1990-01-02",
        gender: "female",
      },
    },
  });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value.id;
}

/** A colleague who registers patients, and a device whose worker receives them. */
async function colleagueAndWorker(families: readonly string[]) {
  const colleague = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(colleague);
  const server = new TestServer(organizationId);
  const patientIds: RecordId[] = [];
  for (const family of families)
    patientIds.push(await register(colleague, organizationId, family));
  await server.takeFrom(colleague);
  const worker = await openDevice({ name: "bea", store: await open() });
  worker.log.whenReceived(readyViews(createRecordTypes(sutureRecords)));
  await join(worker, organizationId, teamId, ["clinician"]);
  return { colleague, organizationId, server, worker, patientIds };
}

const staleViews = ({ log }: Device) =>
  log.read((tx) => tx.scan(staleViewsTable));

test("[WB-26] what the worker received is listed and found by a page that has nothing left to make, and so is what changed", async () => {
  const { colleague, server, worker, patientIds } = await colleagueAndWorker([
    "Moyo",
    "Dube",
  ]);
  await server.deliverTo(worker);
  expect(await staleViews(worker)).toEqual([]);
  const page = await openDevice({ name: "bea", store: await open(), start: 2 });
  const find = (matching: string) => page.client.patients.list({ matching });
  expect(await find("dube")).toHaveLength(1);
  expect(await find("")).toHaveLength(2);

  const dube = patientIds[1];
  const held = dube && (await colleague.client.patients.get(dube));
  if (!held?.ok) throw new Error("the colleague does not hold it");
  const edit = await held.value.edit();
  edit.draft.identity.name = [{ family: "Ncube" }];
  await edit.save();
  await server.takeFrom(colleague);
  await server.deliverTo(worker);
  expect(await staleViews(worker)).toEqual([]);
  expect(await find("dube")).toEqual([]);
  expect(await find("ncube")).toHaveLength(1);
  expect(await find("")).toHaveLength(2);
});

test("[WB-26] a record whose rows are damaged keeps no other from arriving, and stays to be made", async () => {
  const { colleague, organizationId, server, worker, patientIds } =
    await colleagueAndWorker(["Moyo"]);
  await server.deliverTo(worker);
  await stores.raw(async (db) => {
    const key = (await db.getAllKeys("rows")).find(
      (one) =>
        Array.isArray(one) &&
        one[1] === "records" &&
        typeof one[2] === "string" &&
        one[2].includes(String(patientIds[0])),
    );
    if (key === undefined) throw new Error("there is no row");
    const sealed: unknown = await db.get("rows", key);
    if (!(sealed instanceof Uint8Array)) throw new Error("there is no row");
    await db.put("rows", sealed.slice().fill(0, 24), key);
  });
  const moyo = patientIds[0];
  const held = moyo && (await colleague.client.patients.get(moyo));
  if (!held?.ok) throw new Error("the colleague does not hold it");
  const edit = await held.value.edit();
  edit.draft.identity.name = [{ family: "Ncube" }];
  await edit.save();
  await register(colleague, organizationId, "Dube");
  await server.takeFrom(colleague);
  await server.deliverTo(worker);
  const stale = await staleViews(worker);
  expect(stale.map(({ key }) => key)).toEqual([[moyo]]);
});
