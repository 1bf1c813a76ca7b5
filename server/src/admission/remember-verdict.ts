/**
 * What is kept of a change that was not admitted: a verdict that is given again to every retry, an audit entry, and the bytes.
 * A refusal that a retry can lift is noted once and judged anew each time. SPEC AD-1, AD-6, AD-15.
 */
import {
  isRetryable,
  limits,
  organizationScope,
  type ChangeHash,
  type RecordId,
} from "@suture/schema";
import {
  refusalsTable,
  waitingByParentTable,
  waitingBytesTable,
  waitingTable,
} from "./admission-tables.ts";
import type { BatchState } from "./batch-state.ts";
import type { AppendAudit } from "./commit.ts";
import type { Pusher, ReadChange, Refusal } from "./judgement.ts";
import { keepRefusal } from "./refusals.ts";

export interface RefusedPush {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  readonly bytes: Uint8Array;
  readonly isCreation: boolean;
}

/** Nothing is kept of what a stranger sends. */
export async function rememberRefusal(
  appendAudit: AppendAudit,
  state: BatchState,
  { personId, deviceId, memberId }: Pusher,
  refused: RefusedPush,
  { code, reason }: Refusal,
): Promise<void> {
  if (memberId === null) return;
  const { tx, setting } = state;
  const { recordId, hash, bytes, isCreation } = refused;
  const isFinal = !isRetryable(code);
  const isKept = isFinal && bytes.length <= limits.maxChangeBytes;
  await keepRefusal(tx, {
    recordId,
    hash,
    verdict: {
      code,
      message: reason,
      isRetryable: !isFinal,
      memberId,
      personId,
      deviceId,
      atMs: setting.atMs,
      isCreation,
    },
    bytes: isKept ? bytes : null,
  });
  state.noteUse(refusalsTable.name);
  const scopeId = await scopeOfRecord(state, recordId);
  await appendAudit(
    tx,
    { scopeId, atMs: setting.atMs },
    { event: "change-refused", recordId, hash, memberId, deviceId, code },
  );
}

/** Keeps a change until its parent is here. A retry finds it kept already. */
export async function keepWaiting(
  appendAudit: AppendAudit,
  state: BatchState,
  { personId, deviceId, memberId }: Pusher,
  { recordId, bytes, change }: ReadChange,
  parentId: RecordId,
): Promise<void> {
  const { tx, setting } = state;
  const { hash } = change;
  const held = await state.waitingOf(recordId, hash);
  if (held?.parentId === parentId || memberId === null) return;
  const before = await tx.scan(waitingTable, { prefix: [recordId] });
  const number =
    held?.number ??
    before.reduce((last, { value }) => Math.max(last, value.number), 0) + 1;
  const row = { number, parentId, memberId, personId, deviceId };
  await tx.put(waitingTable, [recordId, hash], row);
  await tx.put(waitingBytesTable, [recordId, hash], bytes);
  await tx.put(waitingByParentTable, [parentId, recordId], {});
  state.noteUse(waitingTable.name);
  await appendAudit(
    tx,
    { scopeId: await scopeOfRecord(state, recordId), atMs: setting.atMs },
    {
      event: "change-waiting",
      recordId,
      hash,
      memberId,
      deviceId,
      code: "parent-not-here",
    },
  );
}

/** Lets go of a change that has been judged. */
export async function dropWaiting(
  state: BatchState,
  recordId: RecordId,
  hash: ChangeHash,
): Promise<void> {
  const { tx } = state;
  const held = await state.waitingOf(recordId, hash);
  if (held === undefined) return;
  await tx.delete(waitingTable, [recordId, hash]);
  await tx.delete(waitingBytesTable, [recordId, hash]);
  const others = await tx.scan(waitingTable, { prefix: [recordId] });
  if (!others.some(({ value }) => value.parentId === held.parentId))
    await tx.delete(waitingByParentTable, [held.parentId, recordId]);
}

async function scopeOfRecord(state: BatchState, recordId: RecordId) {
  const record = await state.recordOf(recordId);
  return record?.row.scopeId ?? organizationScope(state.setting.organizationId);
}
