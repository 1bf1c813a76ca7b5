/**
 * Ids for what comes from elsewhere: derived from the organization and from what the source calls it, never from chance, so that
 * importing the same thing again finds the record it made. SPEC IM-4.
 */
import { digest, type JsonValue } from "../../canonical/canonical-json.ts";
import { sha256 } from "../../canonical/sha256.ts";
import { encodeUtf8 } from "../../canonical/utf8.ts";
import {
  entryIdSchema,
  recordIdFromBytes,
  type EntryId,
  type RecordId,
} from "../../ids.ts";

/** `identity` is whatever names the thing at its source, unique among records of the type. */
export function derivedRecordId(
  organizationId: RecordId,
  type: string,
  identity: string,
): RecordId {
  const bytes = hash(["suture import record", organizationId, type, identity]);
  return recordIdFromBytes(bytes.slice(0, 16));
}

/** UUID version 8 (RFC 9562): free form, here the first 122 bits of a SHA-256. */
export function derivedEntryId(
  recordId: RecordId,
  place: string,
  identity: string,
): EntryId {
  const bytes = hash(["suture import entry", recordId, place, identity]);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes.subarray(0, 16), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  return entryIdSchema.parse(
    [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20),
    ].join("-"),
  );
}

/** For entries that their source gives no name: what they say is what they are, in whatever order they come. */
export function identityOfContent(content: JsonValue): string {
  return digest(content);
}

function hash(parts: readonly string[]): Uint8Array {
  // Lengths in front, so that no two lists of parts run into the same text.
  return Uint8Array.from(
    sha256(encodeUtf8(parts.map((part) => `${part.length}:${part}`).join(""))),
  );
}
