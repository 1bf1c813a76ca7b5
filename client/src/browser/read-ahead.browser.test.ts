/** What a work says it will ask for is fetched in one go. */
import { StoreError } from "@suture/schema";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { BrowserStores } from "./browser-stores.test-support.ts";
import {
  numbers,
  partition,
  peopleTables,
} from "./people-tables.test-support.ts";

let stores: BrowserStores;
beforeEach(() => {
  stores = new BrowserStores({ tables: peopleTables });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await stores.dispose();
});

async function openWithNumbers() {
  const store = await stores.open();
  await store.write(partition, async (tx) => {
    for (let number = 0; number < 20; number += 1)
      await tx.put(numbers, ["n", number], number);
  });
  return store;
}

test("[WB-27] what was fetched ahead is not asked for again, and is what it would have been: there, missing, or just written", async () => {
  const store = await openWithNumbers();
  await store.write(partition, async (tx) => {
    await tx.readAhead?.(numbers, { after: ["n", 4], before: ["n", 30] });
    await tx.put(numbers, ["n", 8], 80);
    await tx.delete(numbers, ["n", 9]);
    const get = vi.spyOn(IDBObjectStore.prototype, "get");
    const getAll = vi.spyOn(IDBObjectStore.prototype, "getAll");
    const found = [5, 8, 9, 25].map((number) => tx.get(numbers, ["n", number]));
    expect(await Promise.all(found)).toEqual([5, 80, undefined, undefined]);
    const some = { after: ["n", 6], before: ["n", 11] };
    const values = async (reverse: boolean, limit: number) =>
      (await tx.scan(numbers, { ...some, reverse, limit })).map(
        ({ value }) => value,
      );
    expect(await values(false, 9)).toEqual([7, 80, 10]);
    expect(await values(true, 2)).toEqual([10, 80]);
    expect(get).not.toHaveBeenCalled();
    expect(getAll).not.toHaveBeenCalled();
    // What lies beyond is asked for.
    expect(await tx.get(numbers, ["n", 4])).toBe(4);
    expect(await tx.scan(numbers)).toHaveLength(19);
    expect(get).toHaveBeenCalled();
  });
});

test("[WB-27] a damaged row among them disturbs only whoever asks for it", async () => {
  const store = await openWithNumbers();
  await stores.raw(async (db) => {
    const keys = await db.getAllKeys("rows");
    await db.put("rows", new Uint8Array(60), keys[7]);
  });
  const asked = store.write(partition, async (tx) => {
    await tx.readAhead?.(numbers, { prefix: ["n"] });
    expect(await tx.get(numbers, ["n", 6])).toBe(6);
    return tx.get(numbers, ["n", 7]);
  });
  await expect(asked).rejects.toBeInstanceOf(StoreError);
});
