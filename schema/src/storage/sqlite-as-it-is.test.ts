import Database from "better-sqlite3";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";

import { openSqliteFile } from "./open-sqlite-file.ts";
import type { Migration } from "./sqlite-migrations.ts";
import type { SqliteAccess } from "./sqlite-store.ts";
import { defineTable } from "./table.ts";

const numbers = defineTable({ name: "numbers", schema: z.number() });
const later = defineTable({ name: "later", schema: z.number() });

let file: string;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "as-it-is-"));
  file = join(directory, "store.sqlite");
});
afterEach(() => rmSync(directory, { recursive: true }));

const double: Migration = {
  name: "double-numbers",
  migrate: async (tx) => {
    for (const { key, value } of await tx.scan(numbers))
      await tx.put(numbers, key, value * 2);
  },
};

const open = (
  access?: SqliteAccess,
  { migrations = [double], tables = [numbers, later] } = {},
) =>
  openSqliteFile({
    openHandle: (mode) => new Database(file, { readonly: mode === "read" }),
    defer: setImmediate,
    isChecked: false,
    ...{ access, migrations, tables },
  });

const openOlder = () => open("own", { migrations: [], tables: [numbers] });

async function olderFile(): Promise<Buffer> {
  const older = await openOlder();
  await older.write("org", (tx) => tx.put(numbers, ["a"], 1));
  await older.close();
  return readFileSync(file);
}

test("[ST-18] whoever only reads an older file finds its rows, and changes no byte of it", async () => {
  const before = await olderFile();
  const store = await open("read");
  expect(await store.read("org", (tx) => tx.get(numbers, ["a"]))).toBe(1);
  expect(await store.read("org", (tx) => tx.scan(later))).toEqual([]);
  expect(await store.listPartitions()).toEqual(["org"]);
  await expect(
    store.write("org", (tx) => tx.put(numbers, ["a"], 3)),
  ).rejects.toMatchObject({ name: "StoreError" });
  await store.close();
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("[ST-18] whoever writes beside an older program leaves it a file that it opens, and loses nothing in a table that is not there", async () => {
  await olderFile();
  const store = await open("beside");
  await store.write("org", (tx) => tx.put(numbers, ["b"], 5));
  await expect(
    store.write("org", (tx) => tx.put(later, ["a"], 1)),
  ).rejects.toMatchObject({ name: "StoreError" });
  expect(await store.read("org", (tx) => tx.scan(later))).toEqual([]);
  await store.close();

  const older = await openOlder();
  const rows = await older.read("org", (tx) => tx.scan(numbers));
  expect(rows.map(({ value }) => value)).toEqual([1, 5]);
  await older.close();
  // Its own program brings it up as if nobody had been there.
  const own = await open();
  expect(await own.read("org", (tx) => tx.get(numbers, ["b"]))).toBe(10);
  await own.close();
});

test("[ST-18] a file of a later version is refused, whatever it is opened for", async () => {
  await (await open()).close();
  for (const access of ["read", "beside"] as const)
    await expect(open(access, { migrations: [], tables: [numbers] }))
      .rejects //
      .toMatchObject({ code: "store-too-new" });
});
