/**
 * The sealed copy of a table in memory: a head, and runs of slices (see `held-table.ts`), so a page that is opened reads the slices that it
 * seeks something in, and nothing else. It is renewed by one more run, of what was written since; when there are many, short ones at the
 * end become one. Slices are written before the head that names them, some at a time, so nobody waits for it and whatever cuts it off
 * leaves the copy before. A copy may be missing, old, or damaged: then the table is made from what it follows from. SPEC WB-12, WB-28,
 * WB-46 to WB-49.
 */
import {
  decodeUtf8,
  encodeUtf8,
  randomUuid,
  SortedRows,
  type Random,
  type StoredValue,
} from "@suture/schema";
import { z } from "zod";

import {
  mergedRows,
  ofPlace,
  type HeldTable,
  type OpenSlice,
  type Run,
  type SliceRow,
  type TableCopy,
} from "./held-table.ts";
import type { Overlay } from "./overlay.ts";
import type { RowSealer } from "./row-sealing.ts";
import type { StoreDatabase } from "./store-database.ts";

/** Some 50 KB: what is longer the browser keeps in a file of its own. */
const rowsInSlice = 300;
/** Some ten milliseconds to seal, so that whoever types meanwhile notices nothing. */
const slicesAtOnce = 5;
/** A search opens a slice of each. */
const maxRuns = 10;

const headSchema = z.strictObject({
  commitNumber: z.int().nonnegative(),
  runs: z.array(
    z.strictObject({
      id: z.string(),
      firstPart: z.int().positive(),
      starts: z.array(z.string()),
      rowCount: z.int().nonnegative(),
    }),
  ),
});

/** A sealed part of a copy, 0 for its head; undefined where there is none. */
export type ReadPart = (part: number) => Promise<Uint8Array | undefined>;

/** Undefined where there is none that can be read. */
export async function readCopy(
  sealer: RowSealer,
  place: string,
  read: ReadPart,
): Promise<TableCopy | undefined> {
  const head = parseSealed(sealer, headPlace(place), await read(0));
  return headSchema.safeParse(head).data;
}

/** Undefined for a slice that is not there, or does not open. */
export async function readSlice(
  sealer: RowSealer,
  place: string,
  read: ReadPart,
  run: Run,
  index: number,
): Promise<Overlay<StoredValue> | undefined> {
  const sealed = await read(run.firstPart + index);
  const rows = parseSealed(sealer, slicePlace(place, run, index), sealed);
  return Array.isArray(rows) && rows.every(isRow)
    ? SortedRows.of(rows.map(([key, value]) => ({ key, value })))
    : undefined;
}

/** Slices of two copies never pass for one. */
export function slicePlace(
  place: string,
  { id }: Pick<Run, "id">,
  index: number,
): string {
  return `${headPlace(place)}\0${id}\0${index}`;
}

export interface CopyDeps {
  readonly db: StoreDatabase;
  readonly sealer: RowSealer;
  readonly random: Random;
}

const noCopy: TableCopy = { commitNumber: -1, runs: [] };

/**
 * Renews the copy, one tab or worker at a time; undefined where what is held is not what it goes on from, as somebody else renewed it
 * or took it away. Rejects where there is no space, and leaves the one before, and no more than that: others need what space there is.
 */
export async function keepTable(
  deps: CopyDeps,
  place: string,
  held: HeldTable,
): Promise<TableCopy | undefined> {
  return navigator.locks.request(
    `suture-copy-${deps.db.name}-${place}`,
    async () => {
      const there =
        (await readCopy(deps.sealer, place, partsOf(deps, place))) ?? noCopy;
      const isAnew = held.copy.commitNumber < 0;
      const goesOn = isAnew
        ? there.commitNumber <= held.commitNumber
        : there.commitNumber === held.copy.commitNumber;
      if (!goesOn) return undefined;
      // Of a renewal that was cut off.
      await forgetUnnamed(deps, place, there);
      try {
        return await addRun(deps, place, isAnew ? noCopy : there, held);
      } catch (cause) {
        // What cannot be taken away now is before the next renewal.
        await forgetUnnamed(deps, place, there).catch(() => undefined);
        throw cause;
      }
    },
  );
}

async function addRun(
  deps: CopyDeps,
  place: string,
  before: TableCopy,
  { commitNumber, written }: HeldTable,
): Promise<TableCopy | undefined> {
  const count = keptCount(before.runs, [...written.all()].length);
  const kept = before.runs.slice(0, count);
  const joined = { commitNumber, runs: before.runs.slice(count) };
  const open: OpenSlice = (run, index) =>
    readSlice(deps.sealer, place, partsOf(deps, place), run, index);
  const all = { from: "", to: undefined };
  const merged = mergedRows({ copy: joined, written }, all, false, open);
  // Behind nothing, what says that there is no row says nothing.
  const rows = count === 0 ? withoutDeleted(merged) : merged;
  const run = await writeRun(deps, place, rows);
  if (run === undefined) {
    await forgetCopy(deps, place);
    return undefined;
  }
  const runs = run.rowCount === 0 ? kept : [...kept, run];
  const copy: TableCopy = { commitNumber, runs };
  await writeHead(deps, place, copy);
  return copy;
}

async function* withoutDeleted(
  pages: AsyncIterable<readonly SliceRow[] | undefined>,
): AsyncGenerator<readonly SliceRow[] | undefined> {
  for await (const page of pages)
    yield page?.filter(({ value }) => value !== null);
}

/** How many stay as they are: all of a few, else so many that least is written for each of those that go. */
function keptCount(runs: readonly Run[], writtenCount: number): number {
  let kept = runs.length;
  if (kept < maxRuns) return kept;
  let joinedCount = writtenCount;
  let least = Infinity;
  for (const [goneCount, { rowCount }] of runs.toReversed().entries()) {
    joinedCount += rowCount;
    const cost = joinedCount / (goneCount + 1);
    if (cost > least) continue;
    least = cost;
    kept = runs.length - goneCount - 1;
  }
  return kept;
}

/** Undefined where a slice of what is joined does not open. */
async function writeRun(
  deps: CopyDeps,
  place: string,
  rows: AsyncIterable<readonly SliceRow[] | undefined>,
): Promise<Run | undefined> {
  const id = randomUuid(deps.random);
  const firstPart = await nextPart(deps, place);
  const starts: string[] = [];
  let rowCount = 0;
  let lastKey: string | undefined;
  let waiting: SliceRow[] = [];
  const write = async (count: number) => {
    const slices = slicesOf(waiting.slice(0, count));
    await putSlices(deps, place, { id, firstPart, starts }, slices);
    for (const slice of slices) {
      starts.push(startOf(slice, lastKey));
      lastKey = slice.at(-1)?.key;
      rowCount += slice.length;
    }
    waiting = waiting.slice(count);
  };
  const countAtOnce = rowsInSlice * slicesAtOnce;
  for await (const page of rows) {
    if (page === undefined) return undefined;
    waiting = [...waiting, ...page];
    while (waiting.length >= countAtOnce) await write(countAtOnce);
  }
  await write(waiting.length);
  return { id, firstPart, starts, rowCount };
}

function slicesOf(rows: readonly SliceRow[]): readonly (readonly SliceRow[])[] {
  const slices: (readonly SliceRow[])[] = [];
  for (let at = 0; at < rows.length; at += rowsInSlice)
    slices.push(rows.slice(at, at + rowsInSlice));
  return slices;
}

/** The shortest text that stands behind the key before the slice, and not behind its own first. */
function startOf(
  slice: readonly SliceRow[],
  keyBefore: string | undefined,
): string {
  const first = slice[0]?.key;
  if (first === undefined || keyBefore === undefined) return "";
  let length = 0;
  while (first[length] === keyBefore[length]) length += 1;
  return first.slice(0, length + 1);
}

/** Behind those that the run has. */
async function putSlices(
  { db, sealer }: CopyDeps,
  place: string,
  run: Pick<Run, "id" | "firstPart" | "starts">,
  slices: readonly (readonly SliceRow[])[],
): Promise<void> {
  const [partition, table] = ofPlace(place);
  // Sealed before there is a transaction, for which others would wait.
  const parts = slices.map((slice, index) => {
    const number = run.starts.length + index;
    const rows = slice.map(({ key, value }) => [key, value]);
    const sealed = seal(sealer, slicePlace(place, run, number), rows);
    return { part: run.firstPart + number, sealed };
  });
  const tx = db.transaction("memory_tables", "readwrite");
  await Promise.all([
    ...parts.map(({ part, sealed }) =>
      tx.store.put(sealed, [partition, table, part]),
    ),
    tx.done,
  ]);
}

/** With it go the slices that no run of the copy names. */
async function writeHead(
  { db, sealer }: CopyDeps,
  place: string,
  copy: TableCopy,
): Promise<void> {
  const [partition, table] = ofPlace(place);
  const head = seal(sealer, headPlace(place), copy);
  const tx = db.transaction("memory_tables", "readwrite");
  await Promise.all([
    tx.store.put(head, [partition, table, 0]),
    ...unnamedParts(place, copy).map((parts) => tx.store.delete(parts)),
    tx.done,
  ]);
}

async function forgetUnnamed(
  { db }: CopyDeps,
  place: string,
  copy: TableCopy,
): Promise<void> {
  const tx = db.transaction("memory_tables", "readwrite");
  await Promise.all([
    ...unnamedParts(place, copy).map((parts) => tx.store.delete(parts)),
    tx.done,
  ]);
}

/** Between the runs, and behind them. */
function unnamedParts(
  place: string,
  { runs }: TableCopy,
): readonly IDBKeyRange[] {
  const [partition, table] = ofPlace(place);
  const between: IDBKeyRange[] = [];
  const add = (fromPart: number, toPart: number) => {
    if (toPart <= fromPart) return;
    const from = [partition, table, fromPart];
    const to = [partition, table, toPart];
    between.push(IDBKeyRange.bound(from, to, false, true));
  };
  let unnamed = 1;
  for (const { firstPart, starts } of runs) {
    add(unnamed, firstPart);
    unnamed = firstPart + starts.length;
  }
  add(unnamed, Infinity);
  return between;
}

/** Behind all that are there. */
async function nextPart({ db }: CopyDeps, place: string): Promise<number> {
  const { store } = db.transaction("memory_tables");
  const last = await store.openKeyCursor(allParts(place), "prev");
  return (last?.key[2] ?? 0) + 1;
}

/** Where part of it is damaged. */
async function forgetCopy({ db }: CopyDeps, place: string): Promise<void> {
  await db.delete("memory_tables", allParts(place));
}

function allParts(place: string): IDBKeyRange {
  const [partition, table] = ofPlace(place);
  return IDBKeyRange.bound([partition, table], [partition, table, []]);
}

function partsOf({ db }: CopyDeps, place: string): ReadPart {
  return (part) => db.get("memory_tables", [...ofPlace(place), part]);
}

function isRow(row: unknown): row is readonly [string, string | null] {
  return (
    Array.isArray(row) &&
    row.length === 2 &&
    typeof row[0] === "string" &&
    (row[1] === null || typeof row[1] === "string")
  );
}

function seal(sealer: RowSealer, place: string, content: unknown): Uint8Array {
  return sealer.seal(place, encodeUtf8(JSON.stringify(content)));
}

function parseSealed(
  sealer: RowSealer,
  place: string,
  sealed: Uint8Array | undefined,
): unknown {
  const bytes = sealed && sealer.open(place, sealed);
  const text = bytes && decodeUtf8(bytes);
  return text ? JSON.parse(text) : undefined;
}

function headPlace(place: string): string {
  return `memory table\0${place}`;
}
