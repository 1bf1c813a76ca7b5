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

/** A save that is made meanwhile waits for no more than these. */
const pageSize = 50;

/**
 * Makes the views of records that changed since. Rows say which those are, so nothing is forgotten by a crash. A record that
 * cannot be read keeps its last view: the list still shows that it is there.
 */
export async function refreshViews(
  log: LocalLog,
  types: RecordTypes,
): Promise<void> {
  for (;;) {
    // Looked up outside the write, which holds up everybody else's.
    const stale = await log.read((tx) =>
      tx.scan(staleViewsTable, { limit: pageSize }),
    );
    if (stale.length === 0) return;
    await log.write(async (tx) => {
      for (const { key } of stale) {
        const view = await readView(tx, types, recordIdSchema.parse(key[0]));
        if (view !== null) await putView(tx, view.recordType, view.row);
        await tx.delete(staleViewsTable, key);
      }
    });
  }
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
