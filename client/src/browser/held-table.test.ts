/** Rows of a table as its runs and what was written since say them, for any of these. */
import { SortedRows } from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";

import {
  scanHeld,
  type OpenSlice,
  type Run,
  type SliceRow,
} from "./held-table.ts";

const key = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1 });
/** What was written between one run and the next; a number less than 0 deletes. */
const writesOf = fc.uniqueArray(
  fc.record({ key, value: fc.integer({ min: -2, max: 5 }) }),
  { selector: (row) => row.key, maxLength: 30 },
);
const tables = fc.record({
  runs: fc.array(writesOf, { maxLength: 4 }),
  written: writesOf,
  rowsInSlice: fc.integer({ min: 1, max: 5 }),
});
const ranges = fc.record({
  from: fc.oneof(fc.constant(""), key),
  to: fc.option(key, { nil: undefined }),
  isReverse: fc.boolean(),
  limit: fc.constantFrom(0, 1, 3, Infinity),
});

test("[WB-46] any scan is that of the rows as they were written last, and opens no slice that lies outside", async () => {
  await fc.assert(
    fc.asyncProperty(tables, ranges, async (table, range) => {
      const { from, to, isReverse, limit } = range;
      const slices = new Map<Run, readonly (readonly SliceRow[])[]>();
      for (const [number, writes] of table.runs.entries()) {
        const cut = cutInto(table.rowsInSlice, sorted(writes));
        slices.set(runOf(number, cut), cut);
      }
      const opened: (readonly (string | undefined)[])[] = [];
      const open: OpenSlice = async (run, index) => {
        opened.push([run.starts[index], run.starts[index + 1]]);
        return SortedRows.of(slices.get(run)?.[index] ?? []);
      };
      const copy = { commitNumber: 1, runs: [...slices.keys()] };
      const written = SortedRows.of(sorted(table.written));
      const order = { isReverse, limit };
      const found = await scanHeld(
        { copy, written },
        { from, to },
        order,
        open,
      );
      const rows = lastOf([...table.runs, table.written]).filter(
        (row) => from <= row.key && (to === undefined || row.key < to),
      );
      if (isReverse) rows.reverse();
      expect(found).toEqual(rows.slice(0, limit));
      const outside = opened.filter(
        ([start = "", next = "d"]) =>
          next <= from || (to !== undefined && start >= to),
      );
      expect(outside).toEqual([]);
    }),
  );
});

test("[WB-46] of rows that are few, and asked for by number, no more slices are opened than have them", async () => {
  const rows = sorted(
    Array.from({ length: 100 }, (_, value) => ({
      key: `k${String(value).padStart(3, "0")}`,
      value,
    })),
  );
  const cut = cutInto(10, rows);
  const opened: number[] = [];
  const open: OpenSlice = async (_, index) => {
    opened.push(index);
    return SortedRows.of(cut[index] ?? []);
  };
  const held = {
    copy: { commitNumber: 1, runs: [runOf(1, cut)] },
    written: new SortedRows<string | null>(),
  };
  const scan = async (from: string, isReverse: boolean, limit: number) => {
    const range = { from, to: undefined };
    const found = await scanHeld(held, range, { isReverse, limit }, open);
    return [found?.map((row) => row.key), opened.splice(0)];
  };
  expect(await scan("k035", false, 2)).toEqual([["k035", "k036"], [3]]);
  expect(await scan("k035", true, 2)).toEqual([["k099", "k098"], [9]]);
  expect(await scan("k098", false, Infinity)).toEqual([["k098", "k099"], [9]]);
});

test("[WB-48] a slice that does not open is told, unless nothing that is sought can lie in it", async () => {
  const rows = sorted(["a", "b", "c"].map((one) => ({ key: one, value: 1 })));
  const cut = cutInto(1, rows);
  const held = {
    copy: { commitNumber: 1, runs: [runOf(1, cut)] },
    written: new SortedRows<string | null>(),
  };
  const open: OpenSlice = async (_, index) =>
    index === 1 ? undefined : SortedRows.of(cut[index] ?? []);
  const order = { isReverse: false, limit: Infinity };
  expect(await scanHeld(held, { from: "", to: "b" }, order, open)).toEqual([
    rows[0],
  ]);
  expect(await scanHeld(held, { from: "b", to: "c" }, order, open)).toBe(
    undefined,
  );
  const first = { isReverse: false, limit: 2 };
  expect(await scanHeld(held, { from: "", to: undefined }, first, open)).toBe(
    undefined,
  );
});

interface Write {
  readonly key: string;
  readonly value: number;
}

function sorted(writes: readonly Write[]): SliceRow[] {
  return [...writes]
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map((row) => ({
      key: row.key,
      value: row.value < 0 ? null : String(row.value),
    }));
}

function lastOf(writes: readonly (readonly Write[])[]): SliceRow[] {
  const last = new Map(writes.flat().map((row) => [row.key, row]));
  return sorted([...last.values()]).filter((row) => row.value !== null);
}

function cutInto(rowsInSlice: number, rows: readonly SliceRow[]) {
  const cut: (readonly SliceRow[])[] = [];
  for (let at = 0; at < rows.length; at += rowsInSlice)
    cut.push(rows.slice(at, at + rowsInSlice));
  return cut;
}

function runOf(number: number, cut: readonly (readonly SliceRow[])[]): Run {
  return {
    id: String(number),
    firstPart: 1,
    starts: cut.map((rows, index) => (index === 0 ? "" : (rows[0]?.key ?? ""))),
    rowCount: cut.flat().length,
  };
}
