/**
 * Views that cannot be read, as their rows are damaged. All that they say follows from the log, so they are dropped, and made anew with
 * those that changed. SPEC WB-54.
 */
import {
  recordIdSchema,
  type Key,
  type ReadTransaction,
  type Table,
  type WriteTransaction,
} from "@suture/schema";

import {
  staleViewsTable,
  viewsByLabelTable,
  viewsByWordTable,
  viewsInConflictTable,
  viewsTable,
} from "./client-tables.ts";
import { isDamaged } from "./or-damaged.ts";

/** Also of rows that say nothing but that they are there, and cannot be read. */
export async function keysIn(
  tx: ReadTransaction,
  table: Table<unknown>,
  prefix: readonly string[] = [],
): Promise<readonly Key[]> {
  if (tx.keys !== undefined) return tx.keys(table, { prefix });
  return (await tx.scan(table, { prefix })).map(({ key }) => key);
}

export async function isThere(
  tx: ReadTransaction,
  table: Table<unknown>,
  key: Key,
): Promise<boolean> {
  try {
    return (await tx.get(table, key)) !== undefined;
  } catch (cause) {
    if (isDamaged(cause)) return true;
    throw cause;
  }
}

/** Looks at each of them: for where one was met. */
export async function damagedViews(
  tx: ReadTransaction,
): Promise<readonly Key[]> {
  const damaged: Key[] = [];
  for (const key of await keysIn(tx, viewsTable))
    if (await isViewDamaged(tx, key)) damaged.push(key);
  return damaged;
}

export async function isViewDamaged(
  tx: ReadTransaction,
  key: Key,
): Promise<boolean> {
  try {
    await tx.get(viewsTable, key);
    return false;
  } catch (cause) {
    if (isDamaged(cause)) return true;
    throw cause;
  }
}

/** It is made anew as if its record had changed. What the record was found by nobody can say any more, so it is looked for. */
export async function dropDamagedView(
  tx: WriteTransaction,
  key: Key,
): Promise<void> {
  const [recordType = "", recordId = ""] = key.map(String);
  await tx.delete(viewsTable, key);
  await tx.put(staleViewsTable, [recordIdSchema.parse(recordId)], true);
  await tx.delete(viewsInConflictTable, key);
  // What the one is found by is sought in each: of two that are damaged neither keeps the other.
  for (const table of [viewsByLabelTable, viewsByWordTable])
    try {
      await deleteOf(tx, table, recordType, recordId);
    } catch (cause) {
      if (!isDamaged(cause)) throw cause;
    }
}

async function deleteOf(
  tx: WriteTransaction,
  table: Table<unknown>,
  recordType: string,
  recordId: string,
): Promise<void> {
  for (const key of await keysIn(tx, table, [recordType]))
    if (key.at(-1) === recordId) await tx.delete(table, key);
}
