/** Refused is not lost: what was tried, on what, by whom, and why it was not accepted, with the original bytes. SPEC CL-6, SW-8. */
import type {
  ChangeHash,
  DeviceId,
  Edit,
  ReadTransaction,
  RecordId,
  RecordType,
  RefusalCode,
} from "@suture/schema";
import {
  bytesToHex,
  decodeChange,
  defaultChangeLimits,
  interpretChange,
} from "@suture/schema";

import { changesOf, findChange, setProgress } from "../store/change-rows.ts";
import {
  changeBytesTable,
  changesTable,
  recordsTable,
} from "../store/client-tables.ts";
import type { LocalChange } from "../store/local-change.ts";
import type { LocalLog } from "../store/local-log.ts";
import { editsInWords, type HistoryEdit } from "./history.ts";
import { readerOf } from "./may-read.ts";
import type { RecordDeps } from "./record-deps.ts";

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
  /** What it was to say, before and after; empty where this app does not know the record type. */
  readonly tried: readonly HistoryEdit[];
  /** As it was sent. */
  readonly bytes: Uint8Array;
}

/** Oldest first: the current person's own, and of others what the person may read. */
export async function listStranded(
  deps: RecordDeps,
): Promise<readonly StrandedWork[]> {
  const mayRead = await readerOf(deps);
  return deps.log.read(async (tx) => {
    const found: StrandedWork[] = [];
    const refused = (await tx.scan(changesTable))
      .map(({ value }) => value)
      .filter(({ progress }) => progress.state === "refused");
    for (const recordId of new Set(refused.map((row) => row.recordId))) {
      const record = await tx.get(recordsTable, [recordId]);
      const type = record && deps.types.get(record.recordType);
      const isReadable = record !== undefined && (await mayRead(tx, record));
      const changes = await writtenIn(tx, recordId, type);
      const editsByOpId = new Map(
        changes.flatMap(({ edits }) => edits.map((edit) => [edit.opId, edit])),
      );
      for (const { row, bytes, edits } of changes) {
        if (!isReadable && row.personId !== deps.person()?.personId) continue;
        found.push(
          ...strandedAs(row, {
            recordType: record?.recordType ?? null,
            bytes,
            tried: editsInWords(edits, editsByOpId),
          }),
        );
      }
    }
    return found.sort((left, right) => left.refusedAtMs - right.refusedAtMs);
  });
}

function strandedAs(
  { progress, deps, ...row }: LocalChange,
  known: Pick<StrandedWork, "recordType" | "bytes" | "tried">,
): readonly StrandedWork[] {
  if (progress.state !== "refused") return [];
  const { recordId, hash, memberId, deviceId, authoredAtMs } = row;
  const { code, message, refusedAtMs, isDismissed } = progress;
  return [
    {
      recordId,
      hash,
      code,
      message,
      memberId,
      deviceId,
      authoredAtMs,
      refusedAtMs,
      isDismissed,
      reexpressedAs: progress.reexpressedAs ?? null,
      base: deps,
      ...known,
    },
  ];
}

interface WrittenChange {
  readonly row: LocalChange;
  readonly bytes: Uint8Array;
  readonly edits: readonly Edit[];
}

/** Every change of the record, refused ones too: what a refused one overwrote may have been refused itself. */
async function writtenIn(
  tx: ReadTransaction,
  recordId: RecordId,
  type: RecordType | undefined,
): Promise<readonly WrittenChange[]> {
  const found: WrittenChange[] = [];
  for (const row of await changesOf(tx, recordId)) {
    const bytes = await tx.get(changeBytesTable, [recordId, row.hash]);
    const decoded = bytes && decodeChange(bytes, defaultChangeLimits);
    const edits =
      type !== undefined && decoded?.ok === true
        ? interpretChange(type, decoded.value)
        : undefined;
    found.push({
      row,
      bytes: bytes ?? new Uint8Array(),
      edits: edits?.ok === true ? edits.value : [],
    });
  }
  return found;
}

export interface StrandedExport {
  readonly format: "suture-stranded-1";
  readonly exportedAtMs: number;
  readonly changes: readonly (Omit<StrandedWork, "bytes"> & {
    /** The change, in hex. */
    readonly bytes: string;
  })[];
}

/** All of it as one JSON value. Holds clinical content. */
export async function exportStranded(
  deps: RecordDeps,
): Promise<StrandedExport> {
  const stranded = await listStranded(deps);
  return {
    format: "suture-stranded-1",
    exportedAtMs: deps.clock.now(),
    changes: stranded.map((work) => ({
      ...work,
      bytes: bytesToHex(work.bytes),
    })),
  };
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
