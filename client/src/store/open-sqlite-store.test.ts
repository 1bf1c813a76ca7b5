import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineTable } from "@suture/schema";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";

import { SimulatedTime } from "../testing/simulated-time.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";

const numbers = defineTable({ name: "numbers", schema: z.number() });

const texts = defineTable({ name: "texts", schema: z.string() });

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

test("[CL-27] what was saved is moved into the file once nobody has written for a moment, not while somebody saves", async () => {
  const file = join(directory, "device.sqlite");
  const time = new SimulatedTime(0);
  const store = await openSqliteStore({
    file,
    tables: [texts],
    migrations: [],
    timers: time,
  });
  const bytes = () => statSync(file).size;
  const logBytes = () => statSync(`${file}-wal`).size;
  const empty = bytes();
  // Four times what SQLite lets a log come to by itself.
  const page = "x".repeat(4_096);
  for (let count = 0; count < 40; count += 1)
    await store.write("device", async (tx) => {
      for (let row = 0; row < 100; row += 1)
        await tx.put(texts, [count, row], page);
    });
  expect(bytes()).toBe(empty);
  expect(logBytes()).toBeGreaterThan(40 * 100 * 4_096);
  expect(time.runNext()).toBe(true);
  expect(bytes()).toBeGreaterThan(40 * 100 * 4_096);
  expect(logBytes()).toBe(0);
  // Once is enough until somebody writes again.
  expect(time.runNext()).toBe(false);
  await store.write("device", (tx) => tx.put(texts, ["last"], page));
  await store.close();
  expect(time.runNext()).toBe(false);
});

test("[CL-27] a log that cannot be moved now holds up nobody, and is moved behind the next save", async () => {
  const file = join(directory, "device.sqlite");
  const time = new SimulatedTime(0);
  const options = { file, tables: [texts], migrations: [], timers: time };
  const store = await openSqliteStore(options);
  await store.write("device", (tx) => tx.put(texts, ["a"], "first"));
  const other = new Database(file);
  other.exec("BEGIN; SELECT count(*) FROM kv_texts");
  await store.write("device", (tx) => tx.put(texts, ["b"], "second"));
  expect(time.runNext()).toBe(true);
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
  other.close();
  await store.write("device", (tx) => tx.put(texts, ["c"], "third"));
  await store.write("device", async (tx) => {
    await tx.put(texts, ["d"], "fourth");
    // It comes while somebody writes.
    expect(time.runNext()).toBe(true);
  });
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
  expect(time.runNext()).toBe(true);
  expect(statSync(`${file}-wal`).size).toBe(0);
  const rows = await store.read("device", (tx) => tx.scan(texts));
  expect(rows.map(({ value }) => value)).toEqual([
    "first",
    "second",
    "third",
    "fourth",
  ]);
  await store.close();
});
