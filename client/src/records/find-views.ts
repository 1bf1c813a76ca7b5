/**
 * Which records a list shows. A page costs what it shows, and a search what it finds, however many records are held: the rows are in
 * order already. SPEC CL-15, CL-24.
 */
import {
  recordIdSchema,
  type Key,
  type ReadTransaction,
  type RecordId,
} from "@suture/schema";

import {
  viewsByLabelTable,
  viewsByWordTable,
  viewsInConflictTable,
  viewsTable,
  type ViewRow,
} from "../store/client-tables.ts";
import { keysIn } from "../store/damaged-views.ts";
import { inKey, parentInKey } from "../store/view-rows.ts";
import type { MayRead } from "./may-read.ts";

export interface Sought {
  readonly recordType: string;
  readonly parentId?: RecordId | undefined;
  /** Normalized; "" for all. */
  readonly matching: string;
  readonly withEnteredInError: boolean;
  readonly inConflict: boolean;
  readonly limit: number;
  readonly after?: RecordId | undefined;
}

interface Found {
  readonly recordId: string;
  /** As far as it is part of a key. */
  readonly label: string;
}

/** By label, then id. */
export async function findViews(
  tx: ReadTransaction,
  mayRead: MayRead,
  sought: Sought,
): Promise<readonly RecordId[]> {
  const parents = await readableParents(tx, mayRead, sought);
  const from = await startOf(tx, sought);
  const find = sought.inConflict
    ? findInConflict
    : sought.matching === ""
      ? findByLabel
      : findByWord;
  const found: Found[] = [];
  for (const parent of parents)
    for (const one of await find(tx, parent, sought, from))
      if (await mayBeShown(parent, one.recordId)) found.push(one);
  const ordered = found
    .filter((one) => from === undefined || compareFound(one, from) > 0)
    .sort(compareFound);
  return ordered
    .slice(0, sought.limit)
    .map(({ recordId }) => recordIdSchema.parse(recordId));
}

interface Parent {
  readonly parentId: RecordId | null;
  /** Where records under it are judged one by one, which is those without a parent; all others may be read. */
  readonly mayRead?: (recordId: RecordId) => Promise<boolean>;
}

async function mayBeShown(
  { mayRead }: Parent,
  recordId: string,
): Promise<boolean> {
  return mayRead === undefined || mayRead(recordIdSchema.parse(recordId));
}

/** Under which parents somebody may read. Whether they may is the same for all records of a type under one parent. */
async function readableParents(
  tx: ReadTransaction,
  mayRead: MayRead,
  { recordType, parentId: only }: Sought,
): Promise<readonly Parent[]> {
  const all = only === undefined ? await parentsOf(tx, recordType) : [only];
  const readable: Parent[] = [];
  for (const parentId of all) {
    const judge = (recordId: RecordId) =>
      mayRead(tx, { recordId, recordType, parentId });
    if (parentId === null) readable.push({ parentId, mayRead: judge });
    else if (await judge(parentId)) readable.push({ parentId });
  }
  return readable;
}

/** Stands behind every text that is in a key. */
const last = "\u{10FFFF}";

async function parentsOf(
  tx: ReadTransaction,
  recordType: string,
): Promise<readonly (RecordId | null)[]> {
  const parents: (RecordId | null)[] = [];
  for (let after: Key = [recordType]; ;) {
    const range = { prefix: [recordType], after, limit: 1 };
    const parent = (await tx.scan(viewsByLabelTable, range))[0]?.key[1];
    if (parent === undefined) return parents;
    parents.push(parent === "" ? null : recordIdSchema.parse(parent));
    after = [recordType, parent, last];
  }
}

/** Where the page before ended; undefined for the first page, and where that record is not listed any more. */
async function startOf(
  tx: ReadTransaction,
  { recordType, after }: Sought,
): Promise<Found | undefined> {
  if (after === undefined) return undefined;
  const view = await tx.get(viewsTable, [recordType, after]);
  return view && foundIn(view);
}

function foundIn({ recordId, label }: ViewRow): Found {
  return { recordId, label: inKey(label) };
}

async function findByLabel(
  tx: ReadTransaction,
  parent: Parent,
  { recordType, withEnteredInError, limit }: Sought,
  from: Found | undefined,
): Promise<readonly Found[]> {
  const prefix = [recordType, parentInKey(parent.parentId)];
  let after: Key =
    from === undefined ? prefix : [...prefix, from.label, from.recordId];
  const found: Found[] = [];
  while (found.length < limit) {
    const rows = await tx.scan(viewsByLabelTable, { prefix, after, limit });
    for (const { key, value } of rows) {
      if (value.isEnteredInError && !withEnteredInError) continue;
      const recordId = String(key[3]);
      if (await mayBeShown(parent, recordId))
        found.push({ recordId, label: String(key[2]) });
    }
    if (rows.length < limit) break;
    after = rows.at(-1)?.key ?? after;
  }
  return found.slice(0, limit);
}

async function findByWord(
  tx: ReadTransaction,
  { parentId }: Parent,
  { recordType, matching, withEnteredInError }: Sought,
): Promise<readonly Found[]> {
  const start = inKey(matching);
  const prefix = [recordType, parentInKey(parentId)];
  const rows = await tx.scan(viewsByWordTable, {
    prefix,
    after: [...prefix, start],
    before: [...prefix, start + last],
  });
  const labels = new Map<string, string>();
  for (const { key, value } of rows)
    if (withEnteredInError || !value.isEnteredInError)
      labels.set(String(key[3]), value.label);
  const found = [...labels].map(([recordId, label]) => ({
    recordId,
    label: inKey(label),
  }));
  return start === matching ? found : wholly(tx, recordType, matching, found);
}

/** What is sought is longer than a key has of it. */
async function wholly(
  tx: ReadTransaction,
  recordType: string,
  matching: string,
  found: readonly Found[],
): Promise<readonly Found[]> {
  const matched: Found[] = [];
  for (const one of found) {
    const view = await tx.get(viewsTable, [recordType, one.recordId]);
    if (view !== undefined && matches(view, matching)) matched.push(one);
  }
  return matched;
}

async function findInConflict(
  tx: ReadTransaction,
  { parentId }: Parent,
  { recordType, matching, withEnteredInError }: Sought,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const view of await viewsInConflict(tx, [recordType]))
    if (
      view.parentId === parentId &&
      (withEnteredInError || !view.isEnteredInError) &&
      matches(view, matching)
    )
      found.push(foundIn(view));
  return found;
}

/** Of all types, or of one. */
export async function viewsInConflict(
  tx: ReadTransaction,
  prefix: readonly string[] = [],
): Promise<readonly (ViewRow & { readonly recordType: string })[]> {
  const views: (ViewRow & { readonly recordType: string })[] = [];
  for (const key of await keysIn(tx, viewsInConflictTable, prefix)) {
    const view = await tx.get(viewsTable, key);
    if (view !== undefined) views.push({ ...view, recordType: String(key[0]) });
  }
  return views;
}

function matches({ terms }: ViewRow, matching: string): boolean {
  return (
    matching === "" ||
    terms.some(
      (term) => term.startsWith(matching) || term.includes(` ${matching}`),
    )
  );
}

/** As the keys are ordered, as far as they tell labels apart. */
function compareFound(left: Found, right: Found): number {
  return (
    compareText(left.label, right.label) ||
    compareText(left.recordId, right.recordId)
  );
}

/** Only among these is the order of UTF-16 units another than that of code points. */
const surrogateOrAbove = /[\uD800-\uFFFF]/;

/** By code point. */
function compareText(left: string, right: string): number {
  if (left === right) return 0;
  if (!surrogateOrAbove.test(left) || !surrogateOrAbove.test(right))
    return left < right ? -1 : 1;
  for (let at = 0; ; at += 1) {
    const [one, other] = [left.codePointAt(at), right.codePointAt(at)];
    if (one !== other) return (one ?? -1) - (other ?? -1);
  }
}
