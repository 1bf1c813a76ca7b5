/** What lies in the browser, and what becomes of it when that is not what was written. */
import {
  defineBytesTable,
  defineTable,
  StoreError,
  type Migration,
  type Store,
} from "@suture/schema";
import { openDB } from "idb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";

import { systemRandom } from "../system-runtime.ts";
import { BrowserStores, rawContent } from "./browser-stores.test-support.ts";
import { destroyDataKey, openDataKey } from "./data-key.ts";
import { deleteIndexedDbStore, databaseName } from "./store-database.ts";
import { whereFound } from "./where-found.test-support.ts";
import {
  byNameInMemory,
  namesIn,
  partition,
  peopleTable,
  peopleTables,
  putPerson,
} from "./people-tables.test-support.ts";

const planted = "Planted-Näme";
const chunks = defineBytesTable("chunks");
const numbers = defineTable({ name: "numbers", schema: z.number() });

let stores: BrowserStores;
beforeEach(() => {
  stores = new BrowserStores({ tables: [...peopleTables, chunks] });
});
afterEach(async () => {
  await stores.dispose();
  vi.unstubAllGlobals();
});

const open = () => stores.open({ memoryTables: byNameInMemory });

test("[WB-3] [WB-5] nothing in IndexedDB holds a name that was written, in keys or in values", async () => {
  const store = await open();
  await store.write(partition, (tx) => putPerson(tx, "p1", planted));
  expect(await store.read(partition, namesIn)).toEqual([`${planted} p1`]);
  expect(whereFound(await rawContent(stores.name), planted)).toEqual([]);
});

test("[WB-3] a name that does lie there would be found, however it is written", () => {
  const utf16 = new Uint8Array(
    Uint16Array.from(planted, (character) => character.charCodeAt(0)).buffer,
  );
  const content = [
    ["local", `x ${planted}`],
    new TextEncoder().encode(`{"name":"${planted}"}`),
    { deep: [utf16.buffer] },
    "nothing",
  ];
  expect(whereFound(content, planted)).toEqual([0, 1, 2]);
});

test("[WB-3] the same value is sealed anew each time", async () => {
  const store = await open();
  const put = () => store.write(partition, (tx) => tx.put(numbers, ["a"], 7));
  await put();
  const first = await rawRows();
  await put();
  const second = await rawRows();
  expect(first).toHaveLength(1);
  expect(second).toHaveLength(1);
  expect(second[0]?.value).not.toEqual(first[0]?.value);
});

test("[WB-4] a value with a changed bit, cut short or of another row is `store-damaged`, told without key or value", async () => {
  const store = await open();
  await store.write(partition, async (tx) => {
    for (const id of ["Amina", "Bako", "Chidi", "Dayo"])
      await tx.put(peopleTable, [id], { name: planted });
  });
  const [amina, bako, chidi] = await rawRows();
  if (!amina || !bako || !chidi) throw new Error("no rows");
  const flipped = amina.value.slice();
  flipped[30] = (flipped[30] ?? 0) ^ 1;
  await putRaw({ ...amina, value: flipped });
  await putRaw({ ...bako, value: chidi.value });
  await putRaw({ ...chidi, value: chidi.value.slice(0, 20) });
  const reads = [
    ...["Amina", "Bako", "Chidi"].map((id) =>
      store.read(partition, (tx) => tx.get(peopleTable, [id])),
    ),
    store.read(partition, (tx) => tx.scan(peopleTable)),
  ];
  for (const read of reads) {
    const error = await read.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({
      code: "store-damaged",
      message: expect.stringContaining("table people"),
    });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(
      /Amina|Bako|Chidi|Planted/,
    );
  }
  expect(
    await store.read(partition, (tx) => tx.get(peopleTable, ["Dayo"])),
  ).toEqual({ name: planted });
});

test("[WB-8] everybody who asks for the data key at once gets the same, and it is there again later", async () => {
  const { name } = stores;
  const deps = { random: systemRandom };
  const keys = await Promise.all([1, 2, 3].map(() => openDataKey(name, deps)));
  expect(keys[0]).toHaveLength(32);
  expect(keys[1]).toEqual(keys[0]);
  expect(keys[2]).toEqual(keys[0]);
  expect(await openDataKey(name, deps)).toEqual(keys[0]);
  const db = await openDB(`suture-key-${name}`);
  const held: { readonly wrappingKey: CryptoKey } = await db.get(
    "keys",
    "data",
  );
  db.close();
  expect(held.wrappingKey.extractable).toBe(false);
  expect(whereFound([held], new TextDecoder("latin1").decode(keys[0]))).toEqual(
    [],
  );
  await destroyDataKey(name);
});

test("[WB-8] once the key is destroyed nothing can be read, and what was there stays sealed", async () => {
  const { name } = stores;
  const deps = { random: systemRandom };
  const store = await stores.open({
    key: await openDataKey(name, deps),
    memoryTables: byNameInMemory,
  });
  await store.write(partition, (tx) => putPerson(tx, "p1", planted));
  await store.close();
  await destroyDataKey(name);
  const next = await openDataKey(name, deps);
  await expect(stores.open({ key: next })).rejects.toMatchObject({
    name: "StoreError",
    code: "store-damaged",
  });
  expect(whereFound(await rawContent(name), planted)).toEqual([]);
  await deleteIndexedDbStore(name);
  const anew = await stores.open({ key: next });
  expect(await anew.listPartitions()).toEqual([]);
  await destroyDataKey(name);
});

test("[WB-10] a full device is `store-full`, and earlier rows stay", async () => {
  const bucket = await bucketOf(stores.name, 4_000_000);
  vi.stubGlobal("indexedDB", bucket.indexedDB);
  const store = await open();
  const put = (id: string, size: number) =>
    store.write(partition, (tx) => tx.put(chunks, [id], new Uint8Array(size)));
  await put("first", 1_000);
  const outcomes = await Promise.allSettled([
    put("too large", 5_000_000),
    put("beside", 10),
  ]);
  const full = { reason: { name: "StoreError", code: "store-full" } };
  expect(outcomes).toMatchObject([full, full]);
  const rows = await store.read(partition, (tx) => tx.scan(chunks));
  expect(rows.map(({ key, value }) => [key[0], value.length])).toEqual([
    ["first", 1_000],
  ]);
});

test("[WB-11] who holds a store that somebody deletes, or that the browser closes, is told, and can use it no more", async () => {
  const deleted = await lostBy(() => deleteIndexedDbStore(stores.name));
  await expectUseless(deleted);
  const bucket = await bucketOf(stores.name, 4_000_000);
  vi.stubGlobal("indexedDB", bucket.indexedDB);
  const closed = await lostBy(() => deleteBucket(stores.name));
  await expectUseless(closed);
  vi.unstubAllGlobals();
});

/** A store, once its holder was told that it is lost. */
async function lostBy(lose: () => Promise<void>): Promise<Store> {
  let tell = () => {};
  const told = new Promise<void>((resolve) => (tell = resolve));
  const store = await stores.open({ onLost: () => tell() });
  await store.write(partition, (tx) => tx.put(numbers, ["a"], 1));
  await lose();
  await told;
  return store;
}

async function expectUseless(store: Store): Promise<void> {
  for (const call of [
    () => store.write(partition, (tx) => tx.put(numbers, ["a"], 2)),
    () => store.read(partition, (tx) => tx.get(numbers, ["a"])),
    () => store.listPartitions(),
  ])
    await expect(call()).rejects.toMatchObject({
      name: "StoreError",
      code: "store-failed",
    });
}

const double: Migration = {
  name: "double",
  migrate: async (tx) => {
    for (const { key, value } of await tx.scan(numbers))
      await tx.put(numbers, key, value * 2);
  },
};

test("[WB-7] migrations run once each, for every partition, and new stores count as migrated", async () => {
  const first = await open();
  await first.write("org-1", (tx) => tx.put(numbers, ["a"], 1));
  await first.write("org-2", (tx) => tx.put(numbers, ["a"], 10));
  await first.close();
  for (let round = 0; round < 2; round += 1) {
    const store = await stores.open({ migrations: [double] });
    expect(await store.read("org-1", (tx) => tx.get(numbers, ["a"]))).toBe(2);
    expect(await store.read("org-2", (tx) => tx.get(numbers, ["a"]))).toBe(20);
    await store.close();
  }
  await expect(open()).rejects.toMatchObject({
    code: "store-too-new",
    message: expect.stringMatching(/version 1.*knows 0/),
  });
});

test("[WB-7] a migration that fails leaves the store as it was", async () => {
  const store = await open();
  await store.write("org-1", (tx) => tx.put(numbers, ["a"], 1));
  await store.close();
  const bad: Migration = {
    name: "bad",
    migrate: () => Promise.reject(new Error("no")),
  };
  await expect(
    stores.open({ migrations: [double, bad] }),
  ).rejects.toMatchObject({ code: "store-failed" });
  const reopened = await open();
  expect(await reopened.read("org-1", (tx) => tx.get(numbers, ["a"]))).toBe(1);
});

test("[WB-7] a tab that had the store open when it was migrated neither reads nor writes any more", async () => {
  const older = await open();
  await older.write("org-1", (tx) => tx.put(numbers, ["a"], 1));
  const newer = await stores.open({ migrations: [double] });
  const tooNew = { code: "store-too-new" };
  await expect(
    older.write("org-1", (tx) => tx.put(numbers, ["a"], 5)),
  ).rejects.toMatchObject(tooNew);
  await expect(
    older.read("org-1", (tx) => tx.get(numbers, ["a"])),
  ).rejects.toMatchObject(tooNew);
  expect(await newer.read("org-1", (tx) => tx.get(numbers, ["a"]))).toBe(2);
});

test("[WB-7] a database of a later layout is `store-too-new`", async () => {
  (await openDB(databaseName(stores.name), 99)).close();
  await expect(open()).rejects.toMatchObject({ code: "store-too-new" });
});

interface RawRow {
  readonly key: IDBValidKey;
  readonly value: Uint8Array;
}

async function rawRows(): Promise<readonly RawRow[]> {
  const db = await openDB(databaseName(stores.name));
  const keys = await db.getAllKeys("rows");
  const values: Uint8Array[] = await db.getAll("rows");
  db.close();
  return keys.flatMap((key, index) => {
    const value = values[index];
    return value === undefined ? [] : [{ key, value }];
  });
}

function putRaw({ key, value }: RawRow): Promise<void> {
  return stores.raw(async (db) => {
    await db.put("rows", value, key);
  });
}

/** A part of this origin's storage with a quota of its own. */
async function bucketOf(
  name: string,
  quota: number,
): Promise<{ readonly indexedDB: IDBFactory }> {
  if (!hasBuckets(navigator)) throw new Error("no storage buckets");
  return navigator.storageBuckets.open(name, { quota });
}

async function deleteBucket(name: string): Promise<void> {
  if (!hasBuckets(navigator)) throw new Error("no storage buckets");
  await navigator.storageBuckets.delete(name);
}

/** Not in TypeScript's library. */
interface NavigatorWithBuckets {
  readonly storageBuckets: {
    open(
      name: string,
      options: { readonly quota: number },
    ): Promise<{ readonly indexedDB: IDBFactory }>;
    delete(name: string): Promise<void>;
  };
}

function hasBuckets(value: object): value is NavigatorWithBuckets {
  return "storageBuckets" in value;
}
