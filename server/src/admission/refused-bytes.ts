/**
 * Refused is not lost: what was refused is kept as it arrived, so that a manager can see a colleague's stranded work and adopt
 * it under their own name. The newest of each organization are kept: at most 10,000 changes and 64 MiB. SPEC AD-15.
 */
import type {
  ChangeHash,
  ReadTransaction,
  RecordId,
  WriteTransaction,
} from "@suture/schema";
import {
  refusalsTable,
  refusedBytesTable,
  refusedOrderTable,
  refusedTotalsTable,
  type RefusalRow,
} from "./admission-tables.ts";

export const refusedLimits = {
  maxChanges: 10_000,
  maxBytes: 64 * 1024 * 1024,
} as const;

export interface RefusedChange {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  readonly bytes: Uint8Array;
}

export async function keepRefusedBytes(
  tx: WriteTransaction,
  { recordId, hash, bytes }: RefusedChange,
  limits: { readonly maxChanges: number; readonly maxBytes: number },
): Promise<void> {
  const held = await tx.get(refusedTotalsTable, ["all"]);
  let { first, next, byteLength } = held ?? {
    first: 1,
    next: 1,
    byteLength: 0,
  };
  const row = { recordId, hash, byteLength: bytes.length };
  await tx.put(refusedOrderTable, [next], row);
  await tx.put(refusedBytesTable, [recordId, hash], bytes);
  next += 1;
  byteLength += bytes.length;
  while (next - first > limits.maxChanges || byteLength > limits.maxBytes) {
    const oldest = await tx.get(refusedOrderTable, [first]);
    if (oldest === undefined) break;
    await tx.delete(refusedOrderTable, [first]);
    await tx.delete(refusedBytesTable, [oldest.recordId, oldest.hash]);
    first += 1;
    byteLength -= oldest.byteLength;
  }
  await tx.put(refusedTotalsTable, ["all"], { first, next, byteLength });
}

/** What was refused and is still kept, newest first, with who tried and why it was refused. */
export async function listRefused(
  tx: ReadTransaction,
  page: { readonly before?: number; readonly limit: number },
): Promise<
  readonly (RefusalRow & RefusedChange & { readonly number: number })[]
> {
  const rows = await tx.scan(refusedOrderTable, {
    ...(page.before === undefined ? {} : { before: [page.before] }),
    reverse: true,
    limit: page.limit,
  });
  const listed = [];
  for (const { key, value } of rows) {
    const { recordId, hash } = value;
    const refusal = await tx.get(refusalsTable, [recordId, hash]);
    const bytes = await tx.get(refusedBytesTable, [recordId, hash]);
    if (refusal !== undefined && bytes !== undefined)
      listed.push({
        ...refusal,
        recordId,
        hash,
        bytes,
        number: Number(key[0]),
      });
  }
  return listed;
}
