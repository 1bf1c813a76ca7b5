/** A device whose store is from before patients were found by their whole name. */
import type { RecordId, Store } from "@suture/schema";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import {
  foundClinic,
  openDevice,
  type Device,
} from "../records/clinic.test-support.ts";
import { clientMigrations } from "./client-migrations.ts";
import {
  clientTables,
  localPartition,
  staleViewsTable,
  viewsByWordTable,
  viewsTable,
} from "./client-tables.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "whole-name-"))));
afterEach(() => rmSync(directory, { recursive: true }));

const before = clientMigrations.findIndex(
  ({ name }) => name === "find-by-whole-name",
);

const open = (migrationCount = clientMigrations.length) =>
  openSqliteStore({
    file: join(directory, "log.sqlite"),
    tables: clientTables,
    migrations: clientMigrations.slice(0, migrationCount),
  });

async function register({ client }: Device, parentId: RecordId) {
  const created = await client.patients.create({
    parentId,
    groups: {
      identity: {
        name: [{ family: "Dogwood", given: ["Dávi", "Jo"] }],
        birthDate: "1990-01-02",
        gender: "male",
      },
    },
  });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value;
}

/** Rows by hand, as they lay there: each name alone, and short words that begin longer ones. */
async function putBack(store: Store, recordId: RecordId): Promise<void> {
  await store.write(localPartition, async (tx) => {
    for (const { key } of await tx.scan(viewsByWordTable, {
      prefix: ["patient"],
    }))
      await tx.delete(viewsByWordTable, key);
    const view = await tx.get(viewsTable, ["patient", recordId]);
    if (view === undefined) throw new Error("there is no view");
    const { label, isEnteredInError } = view;
    const terms = ["dogwood", "davi", "jo", "1990-01-02"];
    await tx.put(viewsTable, ["patient", recordId], { ...view, terms });
    for (const word of [...terms, "dog"])
      await tx.put(
        viewsByWordTable,
        ["patient", view.parentId ?? "", word, recordId],
        { label, isEnteredInError },
      );
  });
}

async function olderDevice() {
  const older = await openDevice({ name: "ada", store: await open(before) });
  const { organizationId } = await foundClinic(older);
  const { id } = await register(older, organizationId);
  expect(await older.client.patients.list()).toHaveLength(1);
  await putBack(older.store, id);
  expect(
    await older.client.patients.list({ matching: "davi jo dogwood" }),
  ).toEqual([]);
  await older.client.close();
}

test("[AP-188] a patient who was listed before is found by the whole name, and no view waits to be made anew", async () => {
  await olderDevice();
  const store = await open();
  expect(
    await store.read(localPartition, (tx) => tx.scan(staleViewsTable)),
  ).toEqual([]);
  const { client } = await openDevice({ name: "ada", store, start: 2 });
  for (const matching of ["Davi Jo Dogwood", "jo dogw", "dogwood", "1990"])
    expect(await client.patients.list({ matching })).toHaveLength(1);
  expect(await client.patients.list({ matching: "dogwood davi" })).toEqual([]);
  await client.close();
});

test("[AP-188] who is renamed afterwards is not found by the old words any more, short ones as well", async () => {
  await olderDevice();
  const { client } = await openDevice({
    name: "ada",
    store: await open(),
    start: 2,
  });
  const [patient] = await client.patients.list();
  const edit = await patient?.edit();
  if (edit === undefined) throw new Error("not found");
  edit.draft.identity.name = [{ family: "Ncube", given: ["Ana"] }];
  await edit.save();
  for (const matching of ["dog", "dogwood", "davi", "jo", "davi jo dogwood"])
    expect(await client.patients.list({ matching })).toEqual([]);
  expect(await client.patients.list({ matching: "ana ncube" })).toHaveLength(1);
  await client.close();
});
