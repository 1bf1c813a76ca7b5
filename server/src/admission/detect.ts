/**
 * Step 8, detect: what the admitted change means to others. Review tasks are opened and closed from the live sets; a signature
 * over something its device had not been sent is flagged and counted, not refused. SPEC AD-12, EV-3.
 */
import { authoredOn } from "../log/adopted-work.ts";
import { changeIndexTable } from "../log/log-tables.ts";
import { firstSentAt } from "../log/deliveries.ts";
import type { ReadTransaction, WriteTransaction } from "@suture/schema";
import type { ReviewInput } from "../review/reconcile-reviews.ts";
import type { ReviewDelta } from "../review/review-book.ts";
import type { AdmissionPlan } from "./judge-change.ts";
import { unseenSignaturesTable } from "./admission-tables.ts";
import type { Signer } from "./judgement.ts";

/** Opens and closes review tasks once the change's rows are written. Implemented in `review/`. */
export type ReconcileReviews = (
  tx: WriteTransaction,
  input: ReviewInput,
) => Promise<ReviewDelta>;

type SignedChange = Pick<
  AdmissionPlan,
  "indexed" | "memory" | "read" | "signer" | "type"
>;

/**
 * Whether a statement of the change overwrites one that another device wrote and that this device had not been sent, by what
 * the server delivered. Reads nothing for changes that sign nothing.
 */
export async function isSignedUnseen(
  tx: ReadTransaction,
  { read, type, memory, indexed, signer }: SignedChange,
): Promise<boolean> {
  const { recordId } = read;
  for (const { pred } of Object.values(indexed.statements)) {
    for (const opId of pred) {
      const hash = memory.index.signedIn(opId);
      const number = hash === undefined ? undefined : memory.numberOf(hash);
      if (number === undefined) continue;
      const row = await tx.get(changeIndexTable, [recordId, number]);
      // What is adopted was signed over what its own author had been sent.
      const { deviceId } = read.adopts?.pushedBy ?? signer;
      if (row === undefined) continue;
      if ((await authoredOn(tx, recordId, row)) === deviceId) continue;
      const sent = await firstSentAt(tx, deviceId, type.type, row.places);
      if (sent === null) return true;
    }
  }
  return false;
}

/** One more signature, by the person on the device, over something that the device had not been sent. */
export async function countUnseen(
  tx: WriteTransaction,
  { memberId, deviceId }: Signer,
  atMs: number,
): Promise<void> {
  const key = [deviceId, memberId];
  const before = await tx.get(unseenSignaturesTable, key);
  const count = (before?.count ?? 0) + 1;
  await tx.put(unseenSignaturesTable, key, { count, lastAtMs: atMs });
}
