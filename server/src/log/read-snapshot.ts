/** Reads a scope record by record, as of one point of its log, for a device new to it. SPEC SY-8. */
import { limits } from "@suture/schema";
import type {
  Cursor,
  ReadTransaction,
  RecordId,
  ScopeId,
  WholeRecord,
} from "@suture/schema";
import {
  changeBytesTable,
  changeIndexTable,
  logHeadsTable,
  recordsTable,
  scopeRecordsTable,
} from "./log-tables.ts";

export interface SnapshotRequest {
  readonly scopeId: ScopeId;
  /** As the first page gave it; null asks for the first. */
  readonly at: Cursor | null;
  /** The last record of the page before. */
  readonly after: RecordId | null;
  readonly mayRead: (recordType: string) => boolean;
  readonly limitBytes?: number;
}

export interface SnapshotPage {
  readonly at: Cursor;
  readonly records: readonly WholeRecord[];
  /** To ask for the next page with; null when this is the last. */
  readonly next: RecordId | null;
}

/** How many records are looked up at a time; a page ends at `limitBytes`, or here. */
const recordsPerPage = 200;

/**
 * Whole records: at least one if there is one, however long. Undefined for a scope that is not here.
 * A record that has left the scope is left out; what the tail says of it needs no base.
 */
export async function snapshotPage(
  tx: ReadTransaction,
  request: SnapshotRequest,
): Promise<SnapshotPage | undefined> {
  const { scopeId, after, mayRead } = request;
  const limitBytes = request.limitBytes ?? limits.maxPageBytes;
  const at = request.at ?? (await tx.get(logHeadsTable, [scopeId]));
  if (at === undefined) return undefined;
  const found = await tx.scan(scopeRecordsTable, {
    prefix: [scopeId],
    ...(after === null ? {} : { after: [scopeId, after] }),
    limit: recordsPerPage,
  });
  const records: WholeRecord[] = [];
  let byteCount = 0;
  let last: RecordId | null = null;
  for (const { key, value } of found) {
    const row = await tx.get(recordsTable, [key[1] ?? ""]);
    if (row === undefined)
      throw new Error("a scope lists a record that is not here");
    if (mayRead(value.recordType)) {
      const record = await readRecord(tx, row.recordId, scopeId, at.sequence);
      byteCount += record.changes.reduce(
        (sum, { bytes }) => sum + bytes.length,
        0,
      );
      if (records.length > 0 && byteCount > limitBytes)
        return { at, records, next: last };
      if (record.changes.length > 0) records.push(record);
    }
    last = row.recordId;
  }
  return { at, records, next: found.length < recordsPerPage ? null : last };
}

/** A record that is in the scope and may be read, whole; else without changes. SPEC SY-31. */
export async function wholeRecord(
  tx: ReadTransaction,
  recordId: RecordId,
  { scopeId, mayRead }: Pick<SnapshotRequest, "scopeId" | "mayRead">,
): Promise<WholeRecord> {
  const listed = await tx.get(scopeRecordsTable, [scopeId, recordId]);
  return listed !== undefined && mayRead(listed.recordType)
    ? readRecord(tx, recordId, scopeId)
    : { recordId, changes: [] };
}

/** What a scope's log has of a record, up to a point. */
async function readRecord(
  tx: ReadTransaction,
  recordId: RecordId,
  scopeId: ScopeId,
  upTo = Infinity,
): Promise<WholeRecord> {
  const changes: WholeRecord["changes"] = [];
  const rows = await tx.scan(changeIndexTable, { prefix: [recordId] });
  for (const { value: row } of rows) {
    const { hash, memberId, deviceId, admittedAtMs } = row;
    const place = row.places.find((held) => held.scopeId === scopeId);
    if (place === undefined || place.sequence > upTo) continue;
    const bytes = await tx.get(changeBytesTable, [recordId, hash]);
    if (bytes === undefined)
      throw new Error("a change in the index has no bytes");
    const { sequence } = place;
    changes.push({ hash, memberId, deviceId, sequence, admittedAtMs, bytes });
  }
  return { recordId, changes };
}
