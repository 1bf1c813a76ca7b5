/** Step 2, bound: sizes and counts, before anything is decoded. Decoding bounds what is inside a change. SPEC AD-2. */
import { limits, ok } from "@suture/schema";
import type { Result } from "@suture/schema";
import { refuse, type PushedChange, type Refusal } from "./judgement.ts";

/** A batch that is too large is refused as a whole: sent in parts, its changes may be accepted. */
export function boundBatch(
  changes: readonly PushedChange[],
): Result<null, Refusal> {
  if (changes.length > limits.maxBatchChanges)
    return refuse("batch-too-large", "the batch has too many changes");
  const byteLength = changes.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return byteLength > limits.maxBatchBytes
    ? refuse("batch-too-large", "the batch has too many bytes")
    : ok(null);
}

export function boundChange({ bytes }: PushedChange): Result<null, Refusal> {
  return bytes.length > limits.maxChangeBytes
    ? refuse("change-too-large", "the change has too many bytes")
    : ok(null);
}
