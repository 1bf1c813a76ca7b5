/** The copy of a table in memory by itself: how it is renewed, and what is left of renewals that were cut off. */
import { randomUuid, SortedRows, type StoredValue } from "@suture/schema";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

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
import { keepTable, readCopy, readSlice, slicePlace } from "./table-copy.ts";

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
  vi.restoreAllMocks();
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
    keepTable(deps(), place, held),
    keepTable(deps(), place, held),
  ]);
  expect(both.map((kept) => kept?.commitNumber)).toEqual([2, undefined]);
  const late = filledWith(1, rowsOf({ c: "1" }));
  expect(await keepTable(deps(), place, late)).toBe(undefined);
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

test("[WB-49] a renewal that finds no space leaves the copy before, and takes none of the last space", async () => {
  const copy = await keep(filledWith(1, rowsOf({ a: "1" })));
  const renewal = { ...heldAs(copy), commitNumber: 2, written: manyRows() };
  const anew = filledWith(2, manyRows());
  for (const held of [renewal, anew]) {
    // Slices of which the browser took some.
    fillAfter(8);
    await expect(keepTable(deps(), place, held)).rejects.toThrow("no space");
    vi.restoreAllMocks();
    expect(await db.count("memory_tables")).toBe(2);
    expect(await readCopy(sealer, place, part)).toEqual(copy);
  }
  expect(await rowsIn(await keep(renewal))).toHaveLength(4_001);
});

test("[WB-49] what a renewal left that was cut off goes before anything is written, also where there is no space", async () => {
  const copy = await keep(filledWith(1, rowsOf({ a: "1" })));
  for (const number of [2, 3, 7])
    await db.put("memory_tables", new Uint8Array(9), [
      partition,
      table,
      number,
    ]);
  fillAfter(0);
  const held = { ...heldAs(copy), commitNumber: 2, written: manyRows() };
  await expect(keepTable(deps(), place, held)).rejects.toThrow("no space");
  expect(await db.count("memory_tables")).toBe(2);
});

test("[WB-48] a slice of a copy that is gone does not pass for one of the copy that was made in its place", async () => {
  const gone = await keep(filledWith(1, rowsOf({ a: "1" })));
  await db.clear("memory_tables");
  const copy = await keep(filledWith(1, rowsOf({ b: "1" })));
  expect(await rowsIn(copy)).toEqual([["b", "1"]]);
  expect(await rowsIn(gone)).toBe(undefined);
  const places = [gone, copy].flatMap(({ runs }) =>
    runs.map((run) => slicePlace(place, run, 0)),
  );
  expect(new Set(places).size).toBe(2);
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
  expect(await keepTable(deps(), place, held)).toBe(undefined);
  expect(await db.count("memory_tables")).toBe(0);
});

function deps() {
  return { db, sealer, random: systemRandom };
}

function manyRows(): Overlay<StoredValue> {
  return SortedRows.of(
    Array.from({ length: 4_000 }, (_, number) => ({
      key: `k${String(number).padStart(4, "0")}`,
      value: "2",
    })),
  );
}

/** The browser has space for so many parts more. */
function fillAfter(partCount: number): void {
  let left = partCount;
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    ...given: Parameters<typeof put>
  ) {
    left -= 1;
    if (left < 0) throw new DOMException("no space", "QuotaExceededError");
    return put.apply(this, given);
  });
}

async function keep(held: Parameters<typeof keepTable>[2]): Promise<TableCopy> {
  const copy = await keepTable(deps(), place, held);
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
