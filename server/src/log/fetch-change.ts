/** Gives the bytes of single changes a device knows by name only, if it may read them. SPEC SY-9. */
import type { ChangeHash, ReadTransaction, RecordId } from "@suture/schema";
import {
  changeBytesTable,
  recordsTable,
  type RecordRow,
} from "./log-tables.ts";

export interface FetchRequest {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  /** Of the record as it is now: its type and the scope it is in. */
  readonly mayRead: (record: RecordRow) => boolean;
}

/** Null for what is not here and for what may not be read: the same answer. */
export async function fetchChange(
  tx: ReadTransaction,
  { recordId, hash, mayRead }: FetchRequest,
): Promise<Uint8Array | null> {
  const record = await tx.get(recordsTable, [recordId]);
  if (record === undefined || !mayRead(record)) return null;
  return (await tx.get(changeBytesTable, [recordId, hash])) ?? null;
}
