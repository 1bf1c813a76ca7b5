/**
 * Bringing back what a restored server lost. A device shows the rows between a point of the chain both sides hold and a
 * checkpoint this server signed: if they hash to the signed chain, the server did accept them, and from then on lets any member
 * push those changes, under their first authors. SPEC AD-16, SY-7.
 */
import { firstChain, nextChain } from "@suture/schema";
import type {
  CheckpointClaims,
  LeafProof,
  ReadTransaction,
  RestoreMessage,
  WriteTransaction,
} from "@suture/schema";
import { changeBytesTable, logHeadsTable } from "../log/log-tables.ts";
import { holdsCursor } from "../log/read-log.ts";
import { restorableTable } from "./admission-tables.ts";

export type RestoreRequest = Pick<
  RestoreMessage,
  "from" | "rows" | "jws" | "proof"
>;

/** The checkpoint's claims if this server signed it and the leaf is in its root; null otherwise. */
export type VerifyCheckpoint = (
  jws: string,
  proof: LeafProof,
) => Promise<CheckpointClaims | null>;

/** Whether the rows are what the signed leaf says, from a point that this log holds, or from before it began. */
export async function isProven(
  tx: ReadTransaction,
  { from, rows, proof }: RestoreRequest,
): Promise<boolean> {
  const { scopeId, log: end } = proof.leaf;
  if (from.epoch !== end.epoch) return false;
  if (from.sequence + rows.length !== end.sequence) return false;
  const isLost = (await tx.get(logHeadsTable, [scopeId])) === undefined;
  const isShared = isLost
    ? from.sequence === 0 && from.chain === firstChain(scopeId, from.epoch)
    : await holdsCursor(tx, scopeId, from);
  return isShared && rows.reduce(nextChain, from.chain) === end.chain;
}

/** How many may be brought back that could not before. Idempotent; what is here already stays as it is. */
export async function rememberRestorable(
  tx: WriteTransaction,
  rows: RestoreRequest["rows"],
): Promise<number> {
  let count = 0;
  for (const { recordId, hash, memberId, deviceId } of rows) {
    const key = [recordId, hash];
    const isHere = (await tx.get(changeBytesTable, key)) !== undefined;
    if (isHere || (await tx.get(restorableTable, key)) !== undefined) continue;
    await tx.put(restorableTable, key, { memberId, deviceId });
    count += 1;
  }
  return count;
}
