/**
 * A record's history as a person reads it: who, on which device, what, from what to what, the device's clock beside the
 * server's, and what its author had seen: the changes it builds on, and what had been delivered to the device. SPEC AU-8.
 */
import {
  decodeChange,
  defaultChangeLimits,
  interpretChange,
  type ReadTransaction,
  type RecordHistoryEntry,
  type RecordId,
  type RecordType,
} from "@suture/schema";

import { authoredOn } from "../log/adopted-work.ts";
import {
  adoptedWorkTable,
  changeBytesTable,
  changeIndexTable,
  type ChangeRow,
} from "../log/log-tables.ts";
import { firstSentAt, furthestSent } from "../log/deliveries.ts";
import type { RecordView } from "../log/record-view.ts";
import { EditReader } from "./history-edit.ts";

export interface HistoryRequest {
  readonly recordId: RecordId;
  readonly type: RecordType;
  readonly view: Pick<RecordView, "index">;
  /** The number of the last change already read; 0 to begin. */
  readonly after: number;
  readonly limit: number;
}

export interface HistoryPage {
  readonly entries: readonly RecordHistoryEntry[];
  /** To go on behind; null at the end. */
  readonly next: number | null;
}

export async function readHistory(
  tx: ReadTransaction,
  { recordId, type, view, after, limit }: HistoryRequest,
): Promise<HistoryPage> {
  const rows = await tx.scan(changeIndexTable, {
    prefix: [recordId],
    limit: after + limit,
  });
  const reader = new EditReader(type);
  const heads = new Set(view.index.heads());
  const entries: RecordHistoryEntry[] = [];
  // From the first: an edit says what it overwrote by name, and names are explained by earlier changes.
  for (const [position, { value: row }] of rows.entries()) {
    const { timeMs, edits } = await readChange(tx, recordId, type, row);
    const described = reader.read(edits);
    if (position < after) continue;
    const { hash, memberId, deviceId, admittedAtMs } = row;
    entries.push({
      number: position + 1,
      hash,
      memberId,
      deviceId,
      deviceTimeMs: timeMs,
      admittedAtMs,
      isHead: heads.has(hash),
      edits: [...described],
      adopts: (await tx.get(adoptedWorkTable, [recordId, hash])) ?? null,
      seen: await seenBy(tx, { recordId, type, view }, row),
    });
  }
  const hasMore = after + limit < view.index.size;
  return { entries, next: hasMore ? after + limit : null };
}

async function readChange(
  tx: ReadTransaction,
  recordId: RecordId,
  type: RecordType,
  { hash }: ChangeRow,
) {
  const bytes = await tx.get(changeBytesTable, [recordId, hash]);
  const change = bytes && decodeChange(bytes, defaultChangeLimits);
  const edits =
    change?.ok === true ? interpretChange(type, change.value) : undefined;
  if (change?.ok !== true || edits?.ok !== true)
    throw new Error("a change that was admitted cannot be read");
  // A stock client writes seconds, and so do we.
  return { timeMs: change.value.time * 1_000, edits: edits.value };
}

async function seenBy(
  tx: ReadTransaction,
  {
    recordId,
    type: { type },
    view: { index },
  }: Pick<HistoryRequest, "recordId" | "type" | "view">,
  row: ChangeRow,
): Promise<RecordHistoryEntry["seen"]> {
  const { admittedAtMs } = row;
  const deviceId = await authoredOn(tx, recordId, row);
  const delivered: RecordHistoryEntry["seen"]["delivered"] = [];
  for (const scopeId of new Set(row.places.map((place) => place.scopeId))) {
    const sent = await furthestSent(tx, deviceId, type, scopeId, admittedAtMs);
    if (sent !== null) delivered.push({ scopeId, ...sent });
  }
  const overwrote: RecordHistoryEntry["seen"]["overwrote"] = [];
  for (const opId of Object.values(row.statements).flatMap(
    ({ pred }) => pred,
  )) {
    const hash = index.signedIn(opId);
    const signed = hash && (await findChangeRow(tx, recordId, index, hash));
    if (hash === undefined || signed === undefined) continue;
    const deliveredAtMs = await firstSentAt(tx, deviceId, type, signed.places);
    const isOwn = (await authoredOn(tx, recordId, signed)) === deviceId;
    overwrote.push({ opId, hash, isOwn, deliveredAtMs });
  }
  return { changes: [...row.deps], delivered, overwrote };
}

/** Rows lie by number, and the index holds them in that order. */
export async function findChangeRow(
  tx: ReadTransaction,
  recordId: RecordId,
  index: RecordView["index"],
  hash: ChangeRow["hash"],
): Promise<ChangeRow | undefined> {
  let number = 0;
  for (const change of index.changes()) {
    number += 1;
    if (change.hash === hash)
      return tx.get(changeIndexTable, [recordId, number]);
  }
  return undefined;
}
