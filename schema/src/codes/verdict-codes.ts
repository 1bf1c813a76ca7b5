/**
 * Why a change was not accepted: the closed list of codes with the sentence a person reads and whether sending the same bytes
 * again can help. Sentences hold no names and no clinical content. SPEC AD-1.
 */
import { z } from "zod";

export const refusalCodeSchema = z.enum([
  // bound, decode
  "change-too-large",
  "batch-too-large",
  "chunk-malformed",
  "chunk-checksum",
  "chunk-type",
  "chunk-too-large",
  // attribute
  "actor-malformed",
  "actor-of-another",
  "sequence-gap",
  "sequence-fork",
  "start-op-wrong",
  "missing-dependencies",
  "no-dependencies",
  "depends-on-refused",
  "author-unknown",
  "attribution-wrong",
  "device-quarantined",
  // scope
  "record-type-unknown",
  "record-unknown",
  "record-exists",
  "parent-wrong",
  "too-much-waiting",
  // permit
  "not-permitted",
  // validate
  "unknown-field",
  "kind-mismatch",
  "value-invalid",
  "creation-malformed",
  "statement-malformed",
  "statement-structure",
  "pred-wrong",
  "statement-pred-wrong",
  "resolution-required",
  "resolution-wrong",
  "resolution-malformed",
  "archive-missing",
  "archive-unexpected",
  // trial
  "document-unsound",
]);
export type RefusalCode = z.infer<typeof refusalCodeSchema>;

/** Refused, but the same bytes may be accepted once something else has arrived. */
const retryableCodes: ReadonlySet<RefusalCode> = new Set([
  "missing-dependencies",
  "batch-too-large",
  "author-unknown",
  "device-quarantined",
  "too-much-waiting",
]);

export function isRetryable(code: RefusalCode): boolean {
  return retryableCodes.has(code);
}

/** Why something waits instead of being judged. */
export const waitingCodeSchema = z.enum(["parent-not-here"]);
export type WaitingCode = z.infer<typeof waitingCodeSchema>;
