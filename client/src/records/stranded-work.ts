/** Refused is not lost: what was tried, on what, by whom, and why it was not accepted, with the original bytes. SPEC CL-6. */
import type {
  ChangeHash,
  DeviceId,
  Edit,
  RecordId,
  RefusalCode,
  RecordTypes,
} from "@suture/schema";
import {
  decodeChange,
  defaultChangeLimits,
  interpretChange,
} from "@suture/schema";

import { findChange, setProgress } from "../store/change-rows.ts";
import {
  changeBytesTable,
  changesTable,
  recordsTable,
} from "../store/client-tables.ts";

import type { LocalLog } from "../store/local-log.ts";

export interface StrandedWork {
  readonly recordId: RecordId;
  readonly recordType: string | null;
  readonly hash: ChangeHash;
  readonly code: RefusalCode;
  readonly message: string;
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  readonly authoredAtMs: number;
  readonly refusedAtMs: number;
  readonly isDismissed: boolean;
  /** The change of this device that says it again; null where it could not be said again, or was refused itself. */
  readonly reexpressedAs: ChangeHash | null;
  /** What its author had seen. */
  readonly base: readonly ChangeHash[];
  /** As it was sent. */
  readonly bytes: Uint8Array;
  /** What it was to say; empty where this app does not know the record type. */
  readonly edits: readonly Edit[];
}

/** Oldest first. */
export async function listStranded(
  log: LocalLog,
  types: RecordTypes,
): Promise<readonly StrandedWork[]> {
  return log.read(async (tx) => {
    const found: StrandedWork[] = [];
    for (const { value } of await tx.scan(changesTable)) {
      if (value.progress.state !== "refused") continue;
      const { recordId, hash } = value;
      const {
        code,
        message,
        refusedAtMs,
        isDismissed,
        reexpressedAs = null,
      } = value.progress;
      const bytes = await tx.get(changeBytesTable, [recordId, hash]);
      const record = await tx.get(recordsTable, [recordId]);
      const type =
        record === undefined ? undefined : types.get(record.recordType);
      const decoded = bytes && decodeChange(bytes, defaultChangeLimits);
      const edits =
        type !== undefined && decoded?.ok === true
          ? interpretChange(type, decoded.value)
          : undefined;
      found.push({
        recordId,
        recordType: record?.recordType ?? null,
        hash,
        code,
        message,
        memberId: value.memberId,
        deviceId: value.deviceId,
        authoredAtMs: value.authoredAtMs,
        refusedAtMs,
        isDismissed,
        reexpressedAs,
        base: value.deps,
        bytes: bytes ?? new Uint8Array(),
        edits: edits?.ok === true ? edits.value : [],
      });
    }
    return found.sort((left, right) => left.refusedAtMs - right.refusedAtMs);
  });
}

/** Somebody has seen it and decided. It is kept, but the record no longer says "Not accepted". Answers whether it was there. */
export function dismissStranded(
  log: LocalLog,
  recordId: RecordId,
  hash: ChangeHash,
): Promise<boolean> {
  return log.writeAbout(recordId, async (tx) => {
    const change = await findChange(tx, recordId, hash);
    if (change?.progress.state !== "refused") return false;
    await setProgress(tx, change, { ...change.progress, isDismissed: true });
    return true;
  });
}
