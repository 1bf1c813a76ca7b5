/**
 * The frame around everything Automerge stores: magic, checksum, type, length, body. SPEC CH-5.
 *
 * The checksum is the first four bytes of the SHA-256 over type, length and body, as they are before deflating; the
 * whole digest is the change's hash. Reading a header checks neither: that takes the (inflated) body.
 */
import { err, ok, type Result } from "../result.ts";
import { ByteReader } from "./byte-reader.ts";
import {
  type ChangeChunkError,
  ChunkRefusal,
  malformed,
} from "./chunk-refusal.ts";

export const chunkTypes = {
  document: 0,
  change: 1,
  deflatedChange: 2,
  bundle: 3,
} as const;

/** Where the part of a chunk begins that its hash covers: after the magic and the checksum. */
export const hashedFrom = 8;

const magic = [0x85, 0x6f, 0x4a, 0x83] as const;

export interface ChunkHeader {
  readonly checksum: Uint8Array;
  readonly type: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Throws `ChunkRefusal` unless a whole chunk, of a known type, begins at `start`. */
export function readChunkHeader(bytes: Uint8Array, start: number): ChunkHeader {
  const reader = new ByteReader(bytes, start);
  for (const expected of magic) {
    if (reader.byte() !== expected)
      malformed("the bytes do not begin with a chunk");
  }
  const checksum = reader.take(4);
  const type = reader.byte();
  if (type > chunkTypes.bundle)
    throw new ChunkRefusal("chunk-type", "the chunk type is unknown");
  const length = reader.uint();
  if (length > reader.bytesLeft) malformed("the chunk is cut short");
  return {
    checksum,
    type,
    bodyStart: reader.position,
    bodyEnd: reader.position + length,
  };
}

/**
 * Cuts a sequence of chunks (a save, an incremental save, a file) into views of the single ones, of whatever type.
 * Checksums are for who decodes them. SPEC CH-6.
 */
export function splitChunks(
  bytes: Uint8Array,
): Result<readonly Uint8Array[], ChangeChunkError> {
  const chunks: Uint8Array[] = [];
  try {
    for (let start = 0; start < bytes.length;) {
      const { bodyEnd } = readChunkHeader(bytes, start);
      chunks.push(bytes.subarray(start, bodyEnd));
      start = bodyEnd;
    }
  } catch (cause) {
    if (cause instanceof ChunkRefusal) return err(cause.error);
    throw cause;
  }
  return ok(chunks);
}
