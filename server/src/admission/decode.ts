/** Step 3, decode: the bytes of a change read within bounds, in TypeScript, with its hash computed here. SPEC AD-3. */
import {
  changeHashSchema,
  decodeChange,
  defaultChangeLimits,
  err,
  ok,
  sha256Hex,
} from "@suture/schema";
import type { ChangeHash, Result } from "@suture/schema";
import { boundChange } from "./bound.ts";
import type { PushedChange, ReadChange, Refusal } from "./judgement.ts";

/** What cannot be read, or is not, is named by the digest of its bytes as they came. */
export interface UnreadableChange {
  readonly hash: ChangeHash;
  readonly refusal: Refusal;
}

export function decodePushed(
  pushed: PushedChange,
): Result<ReadChange, UnreadableChange> {
  const bound = boundChange(pushed);
  if (!bound.ok) return unreadable(pushed.bytes, bound.error);
  const change = decodeChange(pushed.bytes, defaultChangeLimits);
  return change.ok
    ? ok({ ...pushed, change: change.value })
    : unreadable(pushed.bytes, change.error);
}

export function digestOfBytes(bytes: Uint8Array): ChangeHash {
  return changeHashSchema.parse(sha256Hex(bytes));
}

function unreadable(bytes: Uint8Array, refusal: Refusal) {
  return err({ hash: digestOfBytes(bytes), refusal });
}
