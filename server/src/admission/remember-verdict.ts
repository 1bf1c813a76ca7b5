/**
 * What is kept of a change that was refused: a verdict that is given again to every retry, an audit entry, and the bytes.
 * A refusal that a retry can lift is noted once and judged anew each time. SPEC AD-1, AD-15.
 */
import {
  isRetryable,
  limits,
  organizationScope,
  type ChangeHash,
  type RecordId,
} from "@suture/schema";
import { refusalsTable } from "./admission-tables.ts";
import type { BatchState } from "./batch-state.ts";
import type { AppendAudit } from "./commit.ts";
import type { Pusher, Refusal } from "./judgement.ts";
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

export async function scopeOfRecord(state: BatchState, recordId: RecordId) {
  const record = await state.recordOf(recordId);
  return record?.row.scopeId ?? organizationScope(state.setting.organizationId);
}
