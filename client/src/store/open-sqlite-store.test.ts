import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineTable } from "@suture/schema";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { openSqliteStore } from "./open-sqlite-store.ts";

const numbers = defineTable({ name: "numbers", schema: z.number() });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "open-sqlite-store-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("[ST-8] a device's rows are there when its store is opened again", async () => {
  const options = {
    file: join(directory, "device.sqlite"),
    tables: [numbers],
    migrations: [],
  };
  const store = await openSqliteStore(options);
  await store.write("device", (tx) => tx.put(numbers, ["a"], 1));
  await store.close();
  const reopened = await openSqliteStore(options);
  expect(await reopened.read("device", (tx) => tx.get(numbers, ["a"]))).toBe(1);
  await reopened.close();
});
