/**
 * Views, and what they are found by: a list in the order of its labels, and the words in them. All of it is derived, and written
 * together, so a list reads the rows that it shows and no others. SPEC CL-15, CL-24.
 */
import type { Key, RecordId, WriteTransaction } from "@suture/schema";

import {
  viewsByLabelTable,
  viewsByWordTable,
  viewsInConflictTable,
  viewsTable,
  type ViewRow,
} from "./client-tables.ts";
import { normalizeTerm } from "./normalize-term.ts";

/** Longer ones are told apart by record id. */
const maxKeyCharacters = 80;
const maxWords = 300;

/** A label, or words that are sought, as far as they are part of a key. */
export function inKey(text: string): string {
  // Half of a pair is in no key, so it is cut between characters.
  const whole = text.toWellFormed();
  return whole.length <= maxKeyCharacters
    ? whole
    : [...whole].slice(0, maxKeyCharacters).join("");
}

/** Of records without a parent. */
export function parentInKey(parentId: RecordId | null): string {
  return parentId ?? "";
}

/** Replaces the record's view; writes nothing where it says what it said before. */
export async function putView(
  tx: WriteTransaction,
  recordType: string,
  view: ViewRow,
): Promise<void> {
  const key = [recordType, view.recordId];
  const before = await tx.get(viewsTable, key);
  if (before !== undefined) {
    if (JSON.stringify(before) === JSON.stringify(view)) return;
    await deleteIndexed(tx, recordType, before);
  }
  await tx.put(viewsTable, key, view);
  if (view.conflicts.length > 0) await tx.put(viewsInConflictTable, key, true);
  await putByLabel(tx, recordType, view);
  await putByWord(tx, recordType, view);
}

/** What views are found by has words of people in its keys: for a store that keeps such tables in memory, how each is made. */
export const viewsInMemory = [
  {
    table: viewsByLabelTable,
    fill: (tx: WriteTransaction) => forEachView(tx, putByLabel),
  },
  {
    table: viewsByWordTable,
    fill: putAllByWord,
  },
];

/** Where no row of them is there. */
export function putAllByWord(tx: WriteTransaction): Promise<void> {
  return forEachView(tx, putByWord);
}

/** As many as are read without anybody who waits noticing it. */
const viewsInPage = 500;

async function forEachView(
  tx: WriteTransaction,
  put: typeof putByLabel,
): Promise<void> {
  for (let after: Key | undefined; ;) {
    const range = { limit: viewsInPage, ...(after && { after }) };
    const views = await tx.scan(viewsTable, range);
    for (const { key, value } of views) await put(tx, String(key[0]), value);
    if (views.length < viewsInPage) return;
    after = views.at(-1)?.key;
  }
}

async function putByLabel(
  tx: WriteTransaction,
  recordType: string,
  view: ViewRow,
): Promise<void> {
  const { isEnteredInError } = view;
  const key = labelKey(recordType, view);
  await tx.put(viewsByLabelTable, key, { isEnteredInError });
}

async function putByWord(
  tx: WriteTransaction,
  recordType: string,
  view: ViewRow,
): Promise<void> {
  const { isEnteredInError, label } = view;
  for (const words of wordKeys(recordType, view))
    await tx.put(viewsByWordTable, words, { isEnteredInError, label });
}

export async function deleteView(
  tx: WriteTransaction,
  recordType: string,
  recordId: RecordId,
): Promise<void> {
  const key = [recordType, recordId];
  const before = await tx.get(viewsTable, key);
  if (before === undefined) return;
  await deleteIndexed(tx, recordType, before);
  await tx.delete(viewsTable, key);
}

async function deleteIndexed(
  tx: WriteTransaction,
  recordType: string,
  view: ViewRow,
): Promise<void> {
  await tx.delete(viewsByLabelTable, labelKey(recordType, view));
  for (const words of wordKeys(recordType, view))
    await tx.delete(viewsByWordTable, words);
  if (view.conflicts.length > 0)
    await tx.delete(viewsInConflictTable, [recordType, view.recordId]);
}

function labelKey(
  recordType: string,
  { parentId, label, recordId }: ViewRow,
): readonly string[] {
  return [recordType, parentInKey(parentId), inKey(label), recordId];
}

function wordKeys(
  recordType: string,
  { parentId, terms, label, recordId }: ViewRow,
): readonly (readonly string[])[] {
  const whole = recordType === "patient" ? wholeNamesIn(label) : [];
  const starts = [...new Set([...whole, ...terms].flatMap(fromEachWord))];
  const sorted = starts.toSorted();
  // What begins a longer one is found by that.
  const needless = new Set(
    sorted.filter((start, at) => sorted[at + 1]?.startsWith(start) === true),
  );
  return starts
    .filter((start) => !needless.has(start))
    .slice(0, maxWords)
    .map((words) => [recordType, parentInKey(parentId), words, recordId]);
}

/** `given family` of each `family, given`: views that were made before it was a term of theirs are found by it as well. SPEC AP-188. */
function wholeNamesIn(label: string): readonly string[] {
  return label.split(" / ").flatMap((name) => {
    const at = name.lastIndexOf(", ");
    return at === -1
      ? []
      : [normalizeTerm(`${name.slice(at + 2)} ${name.slice(0, at)}`)];
  });
}

/** "ana maria" and "maria": both are found by how they begin. */
function fromEachWord(term: string): readonly string[] {
  const found = [inKey(term)];
  for (let at = term.indexOf(" "); at !== -1; at = term.indexOf(" ", at + 1))
    found.push(inKey(term.slice(at + 1)));
  return found.filter((words) => words !== "");
}
