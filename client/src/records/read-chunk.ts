/** A change's chunk as it lies in the store. */
import {
  decodeChange,
  defaultChangeLimits,
  type ChangeHash,
  type DecodedChange,
} from "@suture/schema";

export interface Chunk {
  readonly bytes: Uint8Array;
  readonly decoded: DecodedChange;
}

/** Null for bytes that are not what they are called. */
export function readChunk(
  hash: ChangeHash,
  bytes: Uint8Array | undefined,
): Chunk | null {
  if (bytes === undefined) return null;
  const decoded = decodeChange(bytes, defaultChangeLimits);
  return decoded.ok && decoded.value.hash === hash
    ? { bytes, decoded: decoded.value }
    : null;
}
