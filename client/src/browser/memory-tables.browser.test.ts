/** Tables that are kept in memory, within one tab; what other tabs write to them is tried in `shared-store`. */
import type { Store } from "@suture/schema";
import { afterEach, beforeEach, expect, test } from "vitest";

import { BrowserStores } from "./browser-stores.test-support.ts";
import type { MemoryTable } from "./memory-tables.ts";
import {
  byNameInMemory,
  byNameTable,
  namesIn,
  partition,
  peopleTable,
  peopleTables,
  putPerson,
} from "./people-tables.test-support.ts";

let stores: BrowserStores;
beforeEach(() => {
  stores = new BrowserStores({ tables: peopleTables });
});
afterEach(() => stores.dispose());

const open = (memoryTables: readonly MemoryTable[] = byNameInMemory) =>
  stores.open({ memoryTables });

test("[WB-5] a table in memory is made anew when the store is opened again, once for all who ask at once", async () => {
  const first = await open();
  await first.write(partition, async (tx) => {
    await putPerson(tx, "p1", "Bako");
    await putPerson(tx, "p2", "Amina");
  });
  await first.close();
  let fillCount = 0;
  const store = await open(
    byNameInMemory.map(({ table, fill }) => ({
      table,
      fill: (tx) => {
        fillCount += 1;
        return fill(tx);
      },
    })),
  );
  const names = ["Amina p2", "Bako p1"];
  const reads = Array.from({ length: 5 }, () => store.read(partition, namesIn));
  expect(await Promise.all(reads)).toEqual(reads.map(() => names));
  await store.write(partition, (tx) => putPerson(tx, "p3", "Chidi"));
  expect(await store.read(partition, namesIn)).toEqual([...names, "Chidi p3"]);
  expect(fillCount).toBe(1);
});

test("[WB-5] a write sees what it wrote to a table in memory, and what throws leaves nothing there", async () => {
  const store = await open();
  await store.write(partition, (tx) => putPerson(tx, "p1", "Amina"));
  const failing = store.write(partition, async (tx) => {
    await putPerson(tx, "p1", "Zola");
    expect(await namesIn(tx)).toEqual(["Zola p1"]);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await store.read(partition, namesIn)).toEqual(["Amina p1"]);
});

test("[WB-5] names in memory agree with the rows whatever is written beside the reading", async () => {
  const store = await open();
  const seen = await Promise.all([
    renameOften(store, "p1"),
    renameOften(store, "p2"),
    ...Array.from({ length: 40 }, () => store.read(partition, namesIn)),
  ]);
  const apart = seen.flat().filter((name) => !/^\w+ p[12]$/.test(name ?? ""));
  expect(apart).toEqual([]);
  expect(await store.read(partition, namesIn)).toEqual(["N19 p1", "N19 p2"]);
});

test("[WB-5] a read that lasts while its tab writes keeps the names of its moment", async () => {
  const store = await open();
  await store.write(partition, (tx) => putPerson(tx, "p1", "Amina"));
  const names = await store.read(partition, async (tx) => {
    const person = await tx.get(peopleTable, ["p1"]);
    await store.write(partition, (own) => putPerson(own, "p1", "Zola"));
    const rows = await tx.scan(byNameTable);
    return [person?.name, rows.map(({ key }) => key[0])];
  });
  expect(names).toEqual(["Amina", ["Amina"]]);
});

async function renameOften(store: Store, id: string): Promise<string[]> {
  for (let round = 0; round < 20; round += 1)
    await store.write(partition, (tx) => putPerson(tx, id, `N${round}`));
  return [];
}
