import {
  recordIdSchema,
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
import { putView } from "../store/view-rows.ts";
import { loadRecordState } from "./record-state.ts";
import { viewOf } from "./view-row.ts";

/** As many as come with a page: while a device gets everything, each write of a list waits for a page of records. */
const pageSize = 250;

/**
 * Makes the views of records that changed before it was called; rows say which those are, so nothing is forgotten by a crash. What
 * arrives meanwhile is for the next call: a list is there while a device still gets everything. A record that cannot be read keeps its
 * last view: the list still shows that it is there.
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
        const view = await readView(tx, types, recordIdSchema.parse(key[0]));
        if (view !== null) await putView(tx, view.recordType, view.row);
        await tx.delete(staleViewsTable, key);
      }
    });
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
