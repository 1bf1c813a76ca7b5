/** The disk alone, under a store as it ships. */
import { createSqliteStore, defineTable, type Store } from "@suture/schema";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";

import { SeededRandom } from "../seeded-random.ts";
import {
  commitFails,
  crashesAt,
  diskFull,
  tornCommit,
  writeFails,
} from "./disk-faults.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

const numbers = defineTable({ name: "numbers", schema: z.number() });
const partition = "all";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0))
    rmSync(folder, { recursive: true, force: true });
});

function newDisk(seed = 1) {
  const folder = mkdtempSync(join(tmpdir(), "simulated-disk-"));
  folders.push(folder);
  const disk = new SimulatedDisk({
    directory: join(folder, "disk"),
    defer: setImmediate,
    random: new SeededRandom(seed),
  });
  const felt: string[] = [];
  disk.onFelt = (name) => felt.push(name);
  return { disk, felt };
}

function open(disk: SimulatedDisk): Promise<Store> {
  return disk.openStore({ file: "db", tables: [numbers], migrations: [] });
}

function put(store: Store, ...values: readonly number[]): Promise<void> {
  return store.write(partition, async (tx) => {
    for (const value of values) await tx.put(numbers, [value], value);
  });
}

async function valuesOn(disk: SimulatedDisk): Promise<readonly number[]> {
  const store = await open(disk);
  const rows = await store.read(partition, (tx) => tx.scan(numbers));
  await store.close();
  return rows.map(({ value }) => value);
}

test("[WO-20] the n-th row that is written fails, once; its work leaves nothing, whatever SQLite does with the transaction", async () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const { disk, felt } = newDisk(seed);
    const store = await open(disk);
    await put(store, 0);
    disk.suffer(writeFails({ nth: 3 }));
    await put(store, 1);
    await expect(put(store, 2, 3, 4)).rejects.toMatchObject({
      code: "store-failed",
      cause: { code: "SQLITE_IOERR_WRITE" },
    });
    await put(store, 5);
    await store.close();
    expect(await valuesOn(disk)).toEqual([0, 1, 5]);
    expect(felt).toEqual(["writeFails"]);
  }
});

test("[WO-21] a commit whose fsync fails is read by nobody; after a crash right then it is there in some worlds and not in others", async () => {
  const found = new Set<string>();
  for (let seed = 1; seed <= 8; seed += 1) {
    const { disk } = newDisk(seed);
    const store = await open(disk);
    await put(store, 1);
    disk.suffer(commitFails({ nth: 1 }));
    await expect(put(store, 2)).rejects.toMatchObject({
      cause: { code: "SQLITE_IOERR_FSYNC" },
    });
    expect(
      await store.read(partition, (tx) => tx.get(numbers, [2])),
    ).toBeUndefined();
    disk.crash();
    found.add((await valuesOn(disk)).join());
  }
  expect(found).toEqual(new Set(["1", "1,2"]));
});

test("[WO-21] once a later commit is written, nothing brings the failed one back", async () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const { disk } = newDisk(seed);
    const store = await open(disk);
    disk.suffer(commitFails({ nth: 1 }));
    await expect(put(store, 1)).rejects.toMatchObject({ code: "store-failed" });
    await put(store, 2);
    disk.crash();
    expect(await valuesOn(disk)).toEqual([2]);
  }
});

test("[WO-22] a full disk stores nothing and keeps what it has; with space again it stores", async () => {
  const { disk, felt } = newDisk();
  const store = await open(disk);
  await put(store, 1);
  const end = disk.suffer(diskFull());
  await expect(put(store, 2)).rejects.toMatchObject({ code: "store-full" });
  const many = Array.from({ length: 5_000 }, (_, index) => index + 3);
  await expect(put(store, ...many)).rejects.toMatchObject({
    code: "store-full",
  });
  await store.close();
  const again = await open(disk);
  await expect(put(again, 2)).rejects.toMatchObject({ code: "store-full" });
  end();
  await put(again, 2);
  await again.close();
  expect(await valuesOn(disk)).toEqual([1, 2]);
  expect(new Set(felt)).toEqual(new Set(["diskFull"]));
});

test("[WO-23] a commit torn by a loss of power is there whole or not at all, and all before it is there", async () => {
  const found = new Set<string>();
  for (let seed = 1; seed <= 20; seed += 1) {
    const { disk, felt } = newDisk(seed);
    const store = await open(disk);
    await put(store, 1);
    disk.suffer(tornCommit({ nth: 1 }));
    await expect(put(store, 2, 3)).rejects.toMatchObject({
      code: "store-failed",
    });
    found.add((await valuesOn(disk)).join());
    expect(felt).toEqual(["tornCommit"]);
  }
  expect([...found].toSorted()).toEqual(["1", "1,2,3"]);
});

test("[WO-24] the process dies at the n-th storage call, wherever that is: between rows, before a commit, right after it", async () => {
  const story: string[] = [];
  for (let nth = 1; nth <= 6; nth += 1) {
    const { disk } = newDisk();
    const store = await open(disk);
    disk.suffer(crashesAt({ nth }));
    const [outcome] = await Promise.allSettled([put(store, 1, 2)]);
    disk.heal();
    story.push(`${outcome.status} ${(await valuesOn(disk)).join()}`);
  }
  expect(story).toEqual([
    "rejected ", // before BEGIN
    "rejected ", // before a row
    "rejected ",
    "rejected ", // before COMMIT
    "rejected 1,2", // after COMMIT, before anybody heard
    "fulfilled 1,2",
  ]);
});

test("[WO-25] a store that does not wait for the disk loses in a crash what it had not flushed; one that waits loses nothing", async () => {
  const left: unknown[] = [];
  for (const synchronous of ["OFF", "NORMAL", "FULL"]) {
    const { disk } = newDisk();
    const before = await open(disk);
    await put(before, 1);
    await before.close();
    const writer = disk.openHandle("db", "write");
    writer.exec(`PRAGMA synchronous = ${synchronous}`);
    const store = await createSqliteStore({
      writer,
      reader: disk.openHandle("db", "read"),
      tables: [numbers],
      migrations: [],
      defer: setImmediate,
    });
    await put(store, 2);
    disk.crash();
    left.push(await valuesOn(disk));
  }
  expect(left).toEqual([[1], [1], [1, 2]]);
});
