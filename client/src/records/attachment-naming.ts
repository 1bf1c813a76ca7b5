/**
 * What on this device names a picture. Beside what its record shows that is work which the record leaves out: refused, which somebody may
 * still take over, or waiting for what it builds on. What is not here yet may name it, too, as may what cannot be read. SPEC AP-186.
 */
import {
  attachmentsIn,
  decodeChange,
  defaultChangeLimits,
  err,
  interpretChange,
  type AttachmentHash,
  type Edit,
  type ReadTransaction,
  type RecordId,
  type RecordTypes,
  type Result,
} from "@suture/schema";

import type { AttachmentName } from "../store/attachment-rows.ts";
import {
  changeBytesTable,
  incompleteRecordsTable,
  missingTable,
} from "../store/client-tables.ts";
import type { LocalChange } from "../store/local-change.ts";
import { orDamaged } from "../store/or-damaged.ts";
import {
  loadRecordState,
  type RecordProblem,
  type RecordState,
} from "./record-state.ts";

/** Whether the record as it is shown names it. */
export function isShownIn(
  { type, fold }: RecordState,
  hash: AttachmentHash,
): boolean {
  return attachmentsIn(type, fold).some(
    ({ attachment }) => attachment.hash === hash,
  );
}

/** Whether anything on this device names it, forms aside, or may. */
export async function mayBeNamed(
  tx: ReadTransaction,
  types: RecordTypes,
  name: AttachmentName,
): Promise<boolean> {
  return mayBeNamedIn(
    tx,
    await loadRecordState(tx, types, name.recordId),
    name,
  );
}

/** As `mayBeNamed`, of a record that is open. */
export async function mayBeNamedIn(
  tx: ReadTransaction,
  state: Result<RecordState, RecordProblem>,
  { recordId, hash }: AttachmentName,
): Promise<boolean> {
  if (!state.ok && state.error.code !== "record-unknown") return true;
  if (state.ok && isShownIn(state.value, hash)) return true;
  if (await isIncomplete(tx, recordId)) return true;
  if (!state.ok) return false;
  const leftOut = state.value.rows.filter(
    (row) => state.value.change(row.hash) === undefined,
  );
  for (const row of leftOut)
    if (await mayChangeName(tx, state.value, row, hash)) return true;
  return false;
}

async function mayChangeName(
  tx: ReadTransaction,
  { type }: RecordState,
  row: LocalChange,
  hash: AttachmentHash,
): Promise<boolean> {
  const read = await orDamaged<readonly Edit[], unknown>(async () => {
    const bytes = await tx.get(changeBytesTable, [row.recordId, row.hash]);
    const decoded = bytes && decodeChange(bytes, defaultChangeLimits);
    return decoded?.ok === true
      ? interpretChange(type, decoded.value)
      : err(null);
  });
  return (
    !read.ok ||
    read.value.some(
      (edit) =>
        edit.kind === "entry" && JSON.stringify(edit.entry).includes(hash),
    )
  );
}

async function isIncomplete(
  tx: ReadTransaction,
  recordId: RecordId,
): Promise<boolean> {
  const missing = await tx.scan(missingTable, { prefix: [recordId], limit: 1 });
  if (missing.length > 0) return true;
  const incomplete = await tx.scan(incompleteRecordsTable);
  return incomplete.some(({ key }) => key[1] === recordId);
}
