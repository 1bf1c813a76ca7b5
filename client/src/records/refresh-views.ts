/**
 * Views follow their records. Rows say which records changed since, so nothing is forgotten by a crash: `readViews` makes what a
 * list needs before it reads, and whoever syncs for others makes with what arrives, by `readyViews`, so that they find it made.
 * A record that cannot be read keeps its last view: the list still shows that it is there. SPEC CL-15, WB-26.
 */
import {
  recordIdSchema,
  type Key,
  type ReadTransaction,
  type RecordId,
  type RecordTypes,
  type WriteTransaction,
} from "@suture/schema";

import {
  recordsTable,
  staleViewsTable,
  viewsTable,
} from "../store/client-tables.ts";
import type { LocalLog } from "../store/local-log.ts";
import {
  damagedViews,
  dropDamagedView,
  isThere,
  isViewDamaged,
  keysIn,
} from "../store/damaged-views.ts";
import type { ReceivedHandler } from "../store/log-handlers.ts";
import { isDamaged } from "../store/or-damaged.ts";
import { isFull } from "../store/store-space.ts";
import { putView } from "../store/view-rows.ts";
import { loadRecordState } from "./record-state.ts";
import { viewOf } from "./view-row.ts";

/** As many as come with a page: while a device gets everything, each write of a list waits for a page of records. */
const pageSize = 250;

/**
 * What `work` finds in the views of all records that changed before it was called. What arrives meanwhile is for the next call: a list
 * is there while a device still gets everything.
 */
export async function readViews<T>(
  log: LocalLog,
  types: RecordTypes,
  work: (tx: ReadTransaction) => Promise<T>,
): Promise<T> {
  try {
    return await readMade(log, types, work);
  } catch (cause) {
    if (!isDamaged(cause)) throw cause;
    const damaged = await log.read(damagedViews);
    if (damaged.length === 0) throw cause;
    return whereFull(
      async () => {
        await log.write((tx) => dropDamaged(tx, damaged));
        return readMade(log, types, work);
      },
      () => readUnstored(log, types, damaged, work),
    );
  }
}

/** From now on they count as views that have to be made. SPEC WB-54. */
async function dropDamaged(
  tx: WriteTransaction,
  damaged: readonly Key[],
): Promise<void> {
  for (const key of damaged) await dropDamagedView(tx, key);
}

async function readMade<T>(
  log: LocalLog,
  types: RecordTypes,
  work: (tx: ReadTransaction) => Promise<T>,
): Promise<T> {
  // Looked up outside the write, which holds up everybody else's.
  const stale = await log.read(staleRecords);
  return whereFull(
    async () => {
      for (let at = 0; at < stale.length; at += pageSize)
        await log.write((tx) =>
          makeStale(tx, types, stale.slice(at, at + pageSize)),
        );
      return log.read(work);
    },
    () => readUnstored(log, types, [], work),
  );
}

async function staleRecords(tx: ReadTransaction): Promise<readonly RecordId[]> {
  const keys = await keysIn(tx, staleViewsTable);
  return keys.map(([recordId]) => recordIdSchema.parse(recordId));
}

async function whereFull<T>(
  usually: () => Promise<T>,
  whenFull: () => Promise<T>,
): Promise<T> {
  try {
    return await usually();
  } catch (cause) {
    if (!isFull(cause)) throw cause;
    return whenFull();
  }
}

/** On a device that is full: the views are made for this reading alone, in a write that is taken back. SPEC WB-51. */
async function readUnstored<T>(
  log: LocalLog,
  types: RecordTypes,
  damaged: readonly Key[],
  work: (tx: ReadTransaction) => Promise<T>,
): Promise<T> {
  const takenBack = new Error("the views are not to be stored");
  const found: T[] = [];
  const read = () =>
    log.write(async (tx): Promise<T> => {
      await dropDamaged(tx, damaged);
      await makeStale(tx, types, await staleRecords(tx));
      found.push(await work(tx));
      throw takenBack;
    });
  try {
    // Where no write can even begin, what was listed before is better than nothing.
    return await whereFull(read, () => log.read(work));
  } catch (cause) {
    if (cause === takenBack) for (const value of found) return value;
    throw cause;
  }
}

async function makeStale(
  tx: WriteTransaction,
  types: RecordTypes,
  recordIds: readonly RecordId[],
): Promise<void> {
  for (const recordId of recordIds) {
    // Somebody else who wanted a list may have made it.
    if (!(await isThere(tx, staleViewsTable, [recordId]))) continue;
    await makeUnlessDamaged(tx, types, recordId);
  }
}

/** As many as are read from the disk side by side. */
const readAtOnce = 64;

/** Makes views in the transaction that brings the records. */
export function readyViews(types: RecordTypes): ReceivedHandler {
  return async (tx, received) => {
    const recordIds = [...new Set(received)];
    for (let at = 0; at < recordIds.length; at += readAtOnce)
      await Promise.all(
        recordIds
          .slice(at, at + readAtOnce)
          .map((recordId) => makeUnlessDamaged(tx, types, recordId)),
      );
  };
}

/** What is damaged keeps nothing from arriving, nor anything else from being listed: it stays to be made. SPEC WB-42. */
async function makeUnlessDamaged(
  tx: WriteTransaction,
  types: RecordTypes,
  recordId: RecordId,
): Promise<void> {
  try {
    await makeView(tx, types, recordId);
  } catch (cause) {
    if (!isDamaged(cause)) throw cause;
    // Where it is the view that is damaged, its record makes another.
    if (await dropIfDamaged(tx, types, recordId))
      await makeUnlessDamaged(tx, types, recordId);
  }
}

async function dropIfDamaged(
  tx: WriteTransaction,
  types: RecordTypes,
  recordId: RecordId,
): Promise<boolean> {
  for (const { type } of types.list) {
    const key = [type, recordId];
    if (!(await isViewDamaged(tx, key))) continue;
    await dropDamagedView(tx, key);
    return true;
  }
  return false;
}

async function makeView(
  tx: WriteTransaction,
  types: RecordTypes,
  recordId: RecordId,
): Promise<void> {
  const view = await readView(tx, types, recordId);
  if (view !== null) await putView(tx, view.recordType, view.row);
  await tx.delete(staleViewsTable, [recordId]);
}

async function readView(
  tx: WriteTransaction,
  types: RecordTypes,
  recordId: RecordId,
) {
  const state = await loadRecordState(tx, types, recordId);
  if (state.ok) {
    await state.value.pack((work) => work(tx));
    return { recordType: state.value.type.type, row: viewOf(state.value) };
  }
  const record = await tx.get(recordsTable, [recordId]);
  if (record === undefined) return null;
  const { recordType, parentId } = record;
  const before = await tx.get(viewsTable, [recordType, recordId]);
  const row = before ?? {
    recordId,
    parentId,
    label: "",
    terms: [],
    conflicts: [],
    isEnteredInError: false,
  };
  return { recordType, row };
}
