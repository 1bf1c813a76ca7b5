/** The copy of a table in memory by itself: how it is renewed, and what is left of renewals that were cut off. */
import { randomUuid, SortedRows, type StoredValue } from "@suture/schema";
import { afterEach, beforeEach, expect, test } from "vitest";

import { systemRandom } from "../system-runtime.ts";
import {
  filledWith,
  heldAs,
  placeInMemory,
  scanHeld,
  type TableCopy,
} from "./held-table.ts";
import type { Overlay } from "./overlay.ts";
import { RowSealer } from "./row-sealing.ts";
import {
  deleteIndexedDbStore,
  openStoreDatabase,
  type StoreDatabase,
} from "./store-database.ts";
import { keepTable, readCopy, readSlice } from "./table-copy.ts";

const partition = "local";
const table = "names";
const place = placeInMemory(partition, table);

let db: StoreDatabase;
let sealer: RowSealer;
const name = randomUuid(systemRandom);

beforeEach(async () => {
  db = await openStoreDatabase(name, () => undefined);
  const key = systemRandom.bytes(32);
  sealer = new RowSealer({ key, random: systemRandom, tables: new Map() });
});
afterEach(async () => {
  db.close();
  await deleteIndexedDbStore(name);
});

test("[WB-47] a copy that is renewed again and again says what was written last, in a few runs, and keeps no slice of others", async () => {
  const rows = new Map<string, string>();
  const runCounts: number[] = [];
  let copy = await keep(filledWith(0, new SortedRows()));
  for (let round = 1; round <= 40; round += 1) {
    let written: Overlay<StoredValue> = new SortedRows();
    // Some rows are of this round alone, some are written over and over, and some go.
    for (let number = 0; number < 100; number += 1) {
      const key = number % 2 === 0 ? `k${round}-${number}` : `k${number}`;
      rows.set(key, String(round));
      written = written.with(key, String(round));
    }
    for (const gone of [`k${round - 1}-0`, `k${round % 7}`]) {
      rows.delete(gone);
      written = written.with(gone, null);
    }
    const held = { ...heldAs(copy), commitNumber: round, written };
    copy = await keep(held);
    runCounts.push(copy.runs.length);
    expect(await rowsIn(copy)).toEqual(sortedRows(rows));
  }
  expect(Math.max(...runCounts)).toBe(10);
  expect(await readCopy(sealer, place, part)).toEqual(copy);
  const sliceCount = copy.runs.flatMap(({ starts }) => starts).length;
  expect(await db.count("memory_tables")).toBe(1 + sliceCount);
});

test("[WB-47] where everything is gone the copy says so", async () => {
  const copy = await keep(filledWith(1, rowsOf({ a: "1", b: "1" })));
  const emptied = { ...heldAs(copy), commitNumber: 2 };
  const written = emptied.written.with("a", null).with("b", null);
  expect(await rowsIn(await keep({ ...emptied, written }))).toEqual([]);
});

test("[WB-47] of two that renew a copy one does; what goes on from another copy than is there replaces nothing", async () => {
  const copy = await keep(filledWith(1, rowsOf({ a: "1" })));
  const held = {
    ...heldAs(copy),
    commitNumber: 2,
    written: rowsOf({ b: "2" }),
  };
  const both = await Promise.all([
    keepTable({ db, sealer }, place, held),
    keepTable({ db, sealer }, place, held),
  ]);
  expect(both.map((kept) => kept?.commitNumber)).toEqual([2, undefined]);
  const late = filledWith(1, rowsOf({ c: "1" }));
  expect(await keepTable({ db, sealer }, place, late)).toBe(undefined);
  expect(await readCopy(sealer, place, part)).toEqual(both[0]);
});

test("[WB-49] a renewal that was cut off leaves the copy before, and with the next one nothing is left of it", async () => {
  const copy = await keep(filledWith(1, rowsOf({ a: "1" })));
  const held = {
    ...heldAs(copy),
    commitNumber: 2,
    written: rowsOf({ b: "2" }),
  };
  const sealed = await part(1);
  if (sealed === undefined) throw new Error("there is no slice");
  // It wrote slices and no head.
  for (const number of [2, 3, 7])
    await db.put("memory_tables", sealed, [partition, table, number]);
  const found = await readCopy(sealer, place, part);
  expect(found).toEqual(copy);
  expect(await rowsIn(copy)).toEqual([["a", "1"]]);
  const renewed = await keep(held);
  expect(await rowsIn(renewed)).toEqual([
    ["a", "1"],
    ["b", "2"],
  ]);
  expect(await db.count("memory_tables")).toBe(3);
});

test("[WB-48] a slice that is found damaged while runs are joined takes the copy with it", async () => {
  let copy = await keep(filledWith(0, rowsOf({ a: "0" })));
  for (let round = 1; round < 10; round += 1) {
    const written = rowsOf({ [`k${round}`]: "1" });
    copy = await keep({ ...heldAs(copy), commitNumber: round, written });
  }
  await db.delete("memory_tables", [partition, table, 4]);
  const held = {
    ...heldAs(copy),
    commitNumber: 10,
    written: rowsOf({ b: "2" }),
  };
  expect(await keepTable({ db, sealer }, place, held)).toBe(undefined);
  expect(await db.count("memory_tables")).toBe(0);
});

async function keep(held: Parameters<typeof keepTable>[2]): Promise<TableCopy> {
  const copy = await keepTable({ db, sealer }, place, held);
  if (copy === undefined) throw new Error("no copy was kept");
  return copy;
}

function part(number: number): Promise<Uint8Array | undefined> {
  return db.get("memory_tables", [partition, table, number]);
}

async function rowsIn(copy: TableCopy) {
  const rows = await scanHeld(
    heldAs(copy),
    { from: "", to: undefined },
    { isReverse: false, limit: Infinity },
    (run, index) => readSlice(sealer, place, part, run, index),
  );
  return rows?.map(({ key, value }) => [key, value]);
}

function rowsOf(rows: Readonly<Record<string, string>>): Overlay<StoredValue> {
  return SortedRows.of(
    Object.entries(rows).map(([key, value]) => ({ key, value })),
  );
}

function sortedRows(rows: ReadonlyMap<string, string>) {
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1));
}
