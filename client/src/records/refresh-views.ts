/**
 * Views follow their records. Rows say which records changed since, so nothing is forgotten by a crash: `refreshViews` makes what a
 * list needs before it is read, and whoever syncs for others makes with what arrives, by `readyViews`, so that they find it made.
 * A record that cannot be read keeps its last view: the list still shows that it is there. SPEC CL-15, WB-26.
 */
import {
  recordIdSchema,
  StoreError,
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
import type { ReceivedHandler } from "../store/log-handlers.ts";
import { putView } from "../store/view-rows.ts";
import { loadRecordState } from "./record-state.ts";
import { viewOf } from "./view-row.ts";

/** As many as come with a page: while a device gets everything, each write of a list waits for a page of records. */
const pageSize = 250;

/**
 * Makes the views of records that changed before it was called. What arrives meanwhile is for the next call: a list is there while a
 * device still gets everything.
 */
export async function refreshViews(
  log: LocalLog,
  types: RecordTypes,
): Promise<void> {
  // Looked up outside the write, which holds up everybody else's.
  const stale = await log.read((tx) => tx.scan(staleViewsTable));
  for (let at = 0; at < stale.length; at += pageSize)
    await log.write(async (tx) => {
      for (const { key } of stale.slice(at, at + pageSize)) {
        // Somebody else who wanted a list may have made it.
        if ((await tx.get(staleViewsTable, key)) === undefined) continue;
        await makeUnlessDamaged(tx, types, recordIdSchema.parse(key[0]));
      }
    });
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
    if (!(cause instanceof StoreError) || cause.code !== "store-damaged")
      throw cause;
  }
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
