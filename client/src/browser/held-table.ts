/**
 * A table in memory, as far as it is in memory: what was written since its sealed copy was made, in front of that copy, of which slices are
 * opened when something is sought in them. The copy is made of runs, each in the order of keys: the first says what there was, each
 * later one what was written since the one before it. SPEC WB-12, WB-46.
 */
import {
  SortedRows,
  type KeyRange,
  type SortedRow,
  type StoredValue,
} from "@suture/schema";

import type { Overlay, ScanOrder } from "./overlay.ts";

export interface Run {
  /** Of this run alone: its numbers may have been another's, of a copy that is gone. */
  readonly id: string;
  /** Of its first slice; the others have the numbers behind it. */
  readonly firstPart: number;
  /** For each slice a text that stands behind all keys of the one before it, and not behind its own first. */
  readonly starts: readonly string[];
  readonly rowCount: number;
}

export interface TableCopy {
  /** -1 where there is none. */
  readonly commitNumber: number;
  /** Oldest first. */
  readonly runs: readonly Run[];
}

/** In one partition, behind a commit. */
export interface HeldTable {
  readonly commitNumber: number;
  readonly copy: TableCopy;
  readonly written: Overlay<StoredValue>;
  /** How many writes were gone through since the copy, of all tables in memory. */
  readonly writeCount: number;
}

/** By place. A table that is not there was not read yet. */
export type Memory = ReadonlyMap<string, HeldTable>;

export function placeInMemory(partition: string, table: string): string {
  return `${partition}\0${table}`;
}

export function ofPlace(
  place: string,
): readonly [partition: string, table: string] {
  const at = place.lastIndexOf("\0");
  return [place.slice(0, at), place.slice(at + 1)];
}

/** As it is just behind its copy. */
export function heldAs(copy: TableCopy): HeldTable {
  const { commitNumber } = copy;
  return { commitNumber, copy, written: new SortedRows(), writeCount: 0 };
}

/** Of a table that was made anew, of which there is no copy. */
export function filledWith(
  commitNumber: number,
  written: Overlay<StoredValue>,
): HeldTable {
  const copy = { commitNumber: -1, runs: [] };
  return { commitNumber, copy, written, writeCount: 0 };
}

export type SliceRow = SortedRow<StoredValue | null>;

/** Undefined for one that is not there any more, or does not open. */
export type OpenSlice = (
  run: Run,
  index: number,
) => Promise<Overlay<StoredValue> | undefined>;

const mergedAtOnce = 2_000;

/** Undefined where a slice that may hold some of it does not open. */
export async function scanHeld(
  { copy, written }: Pick<HeldTable, "copy" | "written">,
  range: KeyRange,
  { isReverse, limit }: ScanOrder,
  open: OpenSlice,
): Promise<readonly SortedRow[] | undefined> {
  const { from, to } = range;
  const found: SortedRow[] = [];
  if (limit === 0 || (to !== undefined && to <= from)) return found;
  const openNext =
    limit === Infinity ? await openAhead(copy, range, open) : open;
  if (openNext === undefined) return undefined;
  const merged = mergedRows({ copy, written }, range, isReverse, openNext);
  for await (const rows of merged) {
    if (rows === undefined) return undefined;
    for (const { key, value } of rows) {
      if (value !== null) found.push({ key, value });
      if (found.length === limit) return found;
    }
  }
  return found;
}

/** All that may hold some of it, asked for at once. */
async function openAhead(
  { runs }: TableCopy,
  range: KeyRange,
  open: OpenSlice,
): Promise<OpenSlice | undefined> {
  const opened = new Map(
    await Promise.all(
      runs.map(async (run) => {
        const slices = slicesWithin(run, range).map(
          async (index) => [index, await open(run, index)] as const,
        );
        return [run, new Map(await Promise.all(slices))] as const;
      }),
    ),
  );
  for (const slices of opened.values())
    if ([...slices.values()].includes(undefined)) return undefined;
  return async (run, index) => opened.get(run)?.get(index);
}

/** In order, of each key what was written last, some at a time; undefined for a slice that does not open, and nothing behind it. */
export async function* mergedRows(
  { copy, written }: Pick<HeldTable, "copy" | "written">,
  range: KeyRange,
  isReverse: boolean,
  open: OpenSlice,
): AsyncGenerator<readonly SliceRow[] | undefined, void> {
  const cursors = copy.runs
    .map((run): Cursor => {
      const slices = slicesWithin(run, range);
      if (isReverse) slices.reverse();
      return { run, slices, rows: [], at: 0 };
    })
    .reverse();
  const rows = written.scan(range, isReverse, Infinity);
  cursors.unshift({ run: undefined, slices: [], rows, at: 0 });
  for (;;) {
    for (const cursor of cursors)
      while (cursor.at === cursor.rows.length && cursor.slices.length > 0) {
        const index = cursor.slices.shift();
        if (cursor.run === undefined || index === undefined) break;
        const slice = await open(cursor.run, index);
        if (slice === undefined) {
          yield undefined;
          return;
        }
        cursor.rows = slice.scan(range, isReverse, Infinity);
        cursor.at = 0;
      }
    const left = cursors.filter(({ at, rows: held }) => at < held.length);
    if (left.length === 0) return;
    yield mergeUntilOneEnds(left, isReverse);
  }
}

/** Of a run, or of what was written since all of them. */
interface Cursor {
  readonly run: Run | undefined;
  /** Those behind `rows`. */
  readonly slices: number[];
  rows: readonly SliceRow[];
  at: number;
}

/** Newest first; of several with the same key the first counts. A few milliseconds of work at most. */
function mergeUntilOneEnds(
  cursors: readonly Cursor[],
  isReverse: boolean,
): readonly SliceRow[] {
  const merged: SliceRow[] = [];
  while (merged.length < mergedAtOnce) {
    let next: SliceRow | undefined;
    for (const { rows, at } of cursors) {
      const row = rows[at];
      if (row === undefined) return merged;
      if (next === undefined || isAhead(row.key, next.key, isReverse))
        next = row;
    }
    if (next === undefined) return merged;
    merged.push(next);
    for (const cursor of cursors)
      if (cursor.rows[cursor.at]?.key === next.key) cursor.at += 1;
  }
  return merged;
}

function isAhead(key: string, of: string, isReverse: boolean): boolean {
  return isReverse ? key > of : key < of;
}

/** In order. */
function slicesWithin({ starts }: Run, { from, to }: KeyRange): number[] {
  // What begins at or before `from` may reach into the range.
  const first = Math.max(0, countUpTo(starts, from) - 1);
  const end = to === undefined ? starts.length : countBefore(starts, to);
  return Array.from(
    { length: Math.max(0, end - first) },
    (_, index) => first + index,
  );
}

function countUpTo(starts: readonly string[], key: string): number {
  return countWhile(starts, (start) => start <= key);
}

function countBefore(starts: readonly string[], key: string): number {
  return countWhile(starts, (start) => start < key);
}

/** Of those that hold, all stand in front. */
function countWhile(
  starts: readonly string[],
  holds: (start: string) => boolean,
): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && holds(start)) low = middle + 1;
    else high = middle;
  }
  return low;
}
