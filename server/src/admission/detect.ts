/**
 * Step 8, detect: what the admitted change means to others. Review tasks are opened and closed from the live sets; a signature
 * over something its device had not been sent is flagged, not refused. SPEC AD-12.
 */
import { changeIndexTable } from "../log/log-tables.ts";
import { deliveredUpTo } from "../log/deliveries.ts";
import type { RecordMemory } from "../log/record-memory.ts";
import type {
  IndexedChange,
  ReadTransaction,
  RecordId,
  WriteTransaction,
} from "@suture/schema";
import type { ReviewInput } from "../review/reconcile-reviews.ts";
import type { ReviewDelta } from "../review/review-book.ts";
import type { Signer } from "./judgement.ts";

/** Opens and closes review tasks once the change's rows are written. Implemented in `review/`. */
export type ReconcileReviews = (
  tx: WriteTransaction,
  input: ReviewInput,
) => Promise<ReviewDelta>;

/**
 * Whether a statement of the change overwrites one that another device wrote and that this device had not been sent, by what
 * the server delivered. Reads nothing for changes that sign nothing.
 */
export async function isSignedUnseen(
  tx: ReadTransaction,
  recordId: RecordId,
  memory: RecordMemory,
  indexed: IndexedChange,
  signer: Signer,
): Promise<boolean> {
  for (const { pred } of Object.values(indexed.statements)) {
    for (const opId of pred) {
      const hash = memory.index.signedIn(opId);
      const number = hash === undefined ? undefined : memory.numberOf(hash);
      if (number === undefined) continue;
      const row = await tx.get(changeIndexTable, [recordId, number]);
      if (row === undefined || row.deviceId === signer.deviceId) continue;
      let wasSent = false;
      for (const { scopeId, sequence } of row.places) {
        const sent = await deliveredUpTo(tx, signer.deviceId, scopeId);
        wasSent ||= sequence <= sent;
      }
      if (!wasSent) return true;
    }
  }
  return false;
}
