/** Tables that are kept in memory, within one tab; what other tabs write to them is tried in `shared-store`. */
import type { Store, WriteTransaction } from "@suture/schema";
import type { IDBPDatabase } from "idb";
import { afterEach, beforeEach, expect, test } from "vitest";

import { BrowserStores } from "./browser-stores.test-support.ts";
import { maxMemoryWriteCommits, type MemoryTable } from "./memory-tables.ts";
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
  const counting = countingFills();
  const store = await open(counting.tables);
  const names = ["Amina p2", "Bako p1"];
  const reads = Array.from({ length: 5 }, () => store.read(partition, namesIn));
  expect(await Promise.all(reads)).toEqual(reads.map(() => names));
  await store.write(partition, (tx) => putPerson(tx, "p3", "Chidi"));
  expect(await store.read(partition, namesIn)).toEqual([...names, "Chidi p3"]);
  expect(counting.fillCount).toBe(1);
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

test("[WB-12] a copy is read by whoever opens the store next, with all that was written since", async () => {
  await leaveCopy();
  const counting = countingFills();
  const store = await open(counting.tables);
  expect(await store.read(partition, namesIn)).toEqual(["Bako p2", "Zola p1"]);
  expect(counting.fillCount).toBe(0);
});

test.each([
  ["missing", () => stores.raw((db) => db.clear("memory_tables"))],
  ["too old", () => stores.forgetMemoryWrites()],
  ["damaged", () => stores.raw(damageCopy)],
])("[WB-12] the table is made anew where its copy is %s", async (_, spoil) => {
  await leaveCopy();
  await spoil();
  const counting = countingFills();
  const store = await open(counting.tables);
  expect(await store.read(partition, namesIn)).toEqual(["Bako p2", "Zola p1"]);
  expect(counting.fillCount).toBe(1);
});

test("[WB-12] the table is made anew after a migration, whatever the copy says", async () => {
  await leaveCopy();
  const store = await stores.open({
    memoryTables: byNameInMemory,
    migrations: [
      {
        name: "forget-p1",
        migrate: (tx) => tx.delete(peopleTable, ["p1"]),
      },
    ],
  });
  expect(await store.read(partition, namesIn)).toEqual(["Bako p2"]);
});

test("[WB-12] a migration finds a table in memory empty, makes none, and leaves what follows from the other rows", async () => {
  await leaveCopy();
  const counting = countingFills();
  const store = await stores.open({
    memoryTables: counting.tables,
    migrations: [
      {
        name: "rename-p1",
        migrate: async (tx) => {
          expect(await tx.scan(byNameTable)).toEqual([]);
          expect(await tx.keys?.(byNameTable)).toEqual([]);
          await putPerson(tx, "p1", "Chidi");
          await tx.put(byNameTable, ["Nobody", "p9"], true);
          expect(await tx.get(byNameTable, ["Nobody", "p9"])).toBeUndefined();
        },
      },
    ],
  });
  expect(counting.fillCount).toBe(0);
  expect(await store.read(partition, namesIn)).toEqual(["Bako p2", "Chidi p1"]);
  expect(counting.fillCount).toBe(1);
});

test("[WB-28] a copy is renewed once much was written since, in however few commits, and then needs none of it", async () => {
  await leaveCopy();
  await receive(0, 8_000);
  await stores.raw((db) => db.clear("memory_writes"));
  const counting = countingFills();
  const again = await open(counting.tables);
  expect(await readNames(again)).toHaveLength(8_002);
  expect(counting.fillCount).toBe(0);
});

test("[WB-28] a tab's own writes count as well, where it reads no other's", async () => {
  const first = await open();
  await first.write(partition, (tx) => putPerson(tx, "a1", "Amina"));
  expect(await first.read(partition, namesIn)).toEqual(["Amina a1"]);
  await first.write(partition, (tx) => addPeople(tx, 0, 8_001));
  await first.close();
  await stores.raw((db) => db.clear("memory_writes"));
  const counting = countingFills();
  const again = await open(counting.tables);
  expect(await readNames(again)).toHaveLength(8_002);
  expect(counting.fillCount).toBe(0);
});

test("[WB-47] whoever receives much keeps a copy, also where nobody reads the table, and renews it", async () => {
  await receive(0, 150);
  const copies: number[] = [];
  await stores.raw(async (db) => {
    copies.push(await db.count("memory_tables"));
  });
  expect(copies).toEqual([2]);
  await receive(150, 8_300);
  await stores.raw((db) => db.clear("memory_writes"));
  const counting = countingFills();
  const store = await open(counting.tables);
  expect(await readNames(store)).toHaveLength(8_300);
  expect(counting.fillCount).toBe(0);
});

test("[WB-47] so does whoever commits little, however often, so what was written since the copy is always known", async () => {
  const first = await open();
  for (let number = 0; number <= maxMemoryWriteCommits; number += 1)
    await first.write(partition, (tx) => putPerson(tx, `p${number}`, "Moyo"));
  await first.close();
  const counting = countingFills();
  const store = await open(counting.tables);
  expect(await readNames(store)).toHaveLength(maxMemoryWriteCommits + 1);
  expect(counting.fillCount).toBe(0);
});

test("[WB-46, WB-48] what is sought in one slice of the copy needs no other; where it does not open the table is made anew, and is kept", async () => {
  await receive(0, 1_000);
  await stores.raw(async (db) => {
    await damage(db, 2);
    await db.delete("memory_tables", [partition, byNameTable.name, 3]);
  });
  const counting = countingFills();
  const store = await open(counting.tables);
  expect(await readNames(store, "N0998")).toEqual(["N0998", "N0999"]);
  expect(await readNames(store, undefined, "N0002")).toEqual([
    "N0000",
    "N0001",
  ]);
  expect(counting.fillCount).toBe(0);
  expect(await readNames(store)).toHaveLength(1_000);
  expect(counting.fillCount).toBe(1);
  await store.close();
  const again = await open(counting.tables);
  expect(await readNames(again)).toHaveLength(1_000);
  expect(counting.fillCount).toBe(1);
});

test("[WB-48] a tab whose copy was replaced by another tab's goes on with that one", async () => {
  await receive(0, 1_000);
  const counting = countingFills();
  const store = await open(counting.tables);
  expect(await readNames(store, "N0999")).toEqual(["N0999"]);
  await stores.raw((db) => db.clear("memory_tables"));
  const other = await open();
  await other.write(partition, (tx) => putPerson(tx, "late", "N1000"));
  expect(await readNames(other)).toHaveLength(1_001);
  await other.close();
  expect(await readNames(store)).toHaveLength(1_001);
  expect(counting.fillCount).toBe(0);
});

test("[WB-44] what a commit wrote to tables in memory counts as lost where it lies under another's number", async () => {
  await leaveCopy();
  await stores.raw(async (db) => {
    const [one, other] = (await db.getAllKeys("memory_writes")).slice(-2);
    if (one === undefined || other === undefined) throw new Error("no writes");
    const [before, after] = [
      await db.get("memory_writes", one),
      await db.get("memory_writes", other),
    ];
    await db.put("memory_writes", after, one);
    await db.put("memory_writes", before, other);
  });
  const counting = countingFills();
  const store = await open(counting.tables);
  expect(await store.read(partition, namesIn)).toEqual(["Bako p2", "Zola p1"]);
  expect(counting.fillCount).toBe(1);
});

/** A copy that says "Amina p1", and what was written since. */
async function leaveCopy(): Promise<void> {
  const first = await open();
  await first.write(partition, (tx) => putPerson(tx, "p1", "Amina"));
  expect(await first.read(partition, namesIn)).toEqual(["Amina p1"]);
  await first.write(partition, (tx) => putPerson(tx, "p1", "Zola"));
  await first.write(partition, (tx) => putPerson(tx, "p2", "Bako"));
  await first.close();
}

/** In one commit, by a tab that reads nothing. */
async function receive(from: number, to: number): Promise<void> {
  const store = await open();
  await store.write(partition, (tx) => addPeople(tx, from, to));
  await store.close();
}

/** From one number up to another. */
async function addPeople(
  tx: WriteTransaction,
  from: number,
  to: number,
): Promise<void> {
  for (let number = from; number < to; number += 1) {
    const name = `N${String(number).padStart(4, "0")}`;
    await tx.put(peopleTable, [`q${number}`], { name });
    await tx.put(byNameTable, [name, `q${number}`], true);
  }
}

/** From the table in memory alone. */
function readNames(
  store: Store,
  from?: string,
  before?: string,
): Promise<readonly unknown[]> {
  return store.read(partition, async (tx) => {
    const rows = await tx.scan(byNameTable, {
      ...(from !== undefined && { after: [from] }),
      ...(before !== undefined && { before: [before] }),
    });
    return rows.map(({ key }) => key[0]);
  });
}

function damageCopy(db: IDBPDatabase): Promise<void> {
  return damage(db, 1);
}

async function damage(db: IDBPDatabase, part: number): Promise<void> {
  const key = [partition, byNameTable.name, part];
  const sealed: Uint8Array = await db.get("memory_tables", key);
  sealed[30] = (sealed[30] ?? 0) ^ 1;
  await db.put("memory_tables", sealed, key);
}

function countingFills(): {
  readonly tables: readonly MemoryTable[];
  fillCount: number;
} {
  const counting = {
    fillCount: 0,
    tables: byNameInMemory.map(({ table, fill }): MemoryTable => ({
      table,
      fill: (tx) => {
        counting.fillCount += 1;
        return fill(tx);
      },
    })),
  };
  return counting;
}

async function renameOften(store: Store, id: string): Promise<string[]> {
  for (let round = 0; round < 20; round += 1)
    await store.write(partition, (tx) => putPerson(tx, id, `N${round}`));
  return [];
}
