/**
 * Automerge's sync message as an untrusted peer sends it, read within bounds before any wasm sees it. SPEC PA-8.
 *
 * Two versions that differ in their first byte: heads, needs and what the peer has (a point of the history and a Bloom filter),
 * each a list; then changes; then flags, which older peers leave out. What is handed on to Automerge is `bare`: the same without
 * changes, which go through admission, and without flags, so that the peer is never believed to read whole documents.
 *
 * Refused: Bloom filters with more probes or other sizes than they say (Automerge checks neither: 14 bytes block for seconds),
 * whole-document chunks and bundles, lists beyond their limit, bytes cut short or left behind.
 */
import { bytesToHex, hexToBytes } from "../canonical/hex.ts";
import { ByteReader } from "../change/byte-reader.ts";
import {
  chunkTypes,
  readChunkHeader,
  splitChunks,
} from "../change/chunk-header.ts";
import { ChunkRefusal, malformed, tooLarge } from "../change/chunk-refusal.ts";
import { err, ok, type Result } from "../result.ts";

export interface PeerSyncMessage {
  /** Hex. */
  readonly heads: readonly string[];
  /** Single chunks of changes, in the order they came: views. Not read any further. */
  readonly changes: readonly Uint8Array[];
  /** For Automerge: heads, needs and haves of the message, no changes and no flags. */
  readonly bare: Uint8Array;
}

export interface PeerSyncRefusal {
  /** A constant sentence. */
  readonly reason: string;
}

const versions: readonly number[] = [0x42, 0x43];
const plainVersion = 0x42;
const hashBytes = 32;
const maxHashes = 4_096;
const maxHaves = 16;
const maxBloomBytes = 256 * 1024;
const maxBitsPerEntry = 64;
const maxProbes = 32;
const maxChanges = 20_000;

/** Pure and total: any bytes give a message or a refusal, in one pass. */
export function readPeerSyncMessage(
  bytes: Uint8Array,
): Result<PeerSyncMessage, PeerSyncRefusal> {
  try {
    return ok(read(bytes));
  } catch (cause) {
    if (cause instanceof ChunkRefusal)
      return err({ reason: cause.error.reason });
    throw cause;
  }
}

/** A message of our own without its flags: a peer that sees none sends single changes, which is all that is taken. */
export function withoutFlags(message: Uint8Array): Uint8Array {
  const reader = new ByteReader(message, 1);
  for (let list = 0; list < 2; list += 1)
    reader.skip(reader.uint() * hashBytes);
  for (let haves = reader.uint(); haves > 0; haves -= 1) {
    reader.skip(reader.uint() * hashBytes);
    reader.skip(reader.uint());
  }
  for (let changes = reader.uint(); changes > 0; changes -= 1)
    reader.skip(reader.uint());
  return message.subarray(0, reader.position);
}

/** A message of our own that asks for these changes too. */
export function alsoAskingFor(
  message: Uint8Array,
  hashes: readonly string[],
): Uint8Array {
  if (hashes.length === 0) return message;
  const reader = new ByteReader(message, 1);
  reader.skip(reader.uint() * hashBytes);
  const start = reader.position;
  const needs = new Set(readHashes(reader));
  const rest = message.subarray(reader.position);
  for (const hash of hashes) needs.add(hash);
  const all = [...needs].toSorted();
  const parts = [
    message.subarray(0, start),
    Uint8Array.from(leb128(all.length)),
    ...all.map(hexToBytes),
    rest,
  ];
  return joinBytes(parts);
}

/** One after the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function leb128(number: number): readonly number[] {
  const low = number & 0x7f;
  return number < 0x80 ? [low] : [low | 0x80, ...leb128(number >> 7)];
}

function read(bytes: Uint8Array): PeerSyncMessage {
  const reader = new ByteReader(bytes);
  if (!versions.includes(reader.byte()))
    malformed("it is no sync message of a known version");
  const heads = readHashes(reader);
  readHashes(reader);
  const haves = boundedCount(reader, maxHaves);
  for (let have = 0; have < haves; have += 1) {
    readHashes(reader);
    readBloom(reader);
  }
  const bare = new Uint8Array(reader.position + 1);
  bare.set(bytes.subarray(0, reader.position));
  bare[0] = plainVersion;
  const changes = readChanges(reader);
  if (!reader.isDone) reader.skip(reader.uint());
  if (!reader.isDone) malformed("bytes are left behind the sync message");
  return { heads, changes, bare };
}

function readHashes(reader: ByteReader): readonly string[] {
  const count = boundedCount(reader, maxHashes);
  return Array.from({ length: count }, () =>
    bytesToHex(reader.take(hashBytes)),
  );
}

function readBloom(reader: ByteReader): void {
  const length = boundedCount(reader, maxBloomBytes);
  const filter = new ByteReader(reader.take(length));
  if (filter.isDone) return;
  const entries = filter.uint();
  const bitsPerEntry = filter.uint();
  const probes = filter.uint();
  const isWithin =
    entries > 0 &&
    bitsPerEntry > 0 &&
    bitsPerEntry <= maxBitsPerEntry &&
    probes > 0 &&
    probes <= maxProbes;
  if (!isWithin || filter.bytesLeft !== Math.ceil((entries * bitsPerEntry) / 8))
    malformed("a Bloom filter is not what it says");
}

function readChanges(reader: ByteReader): readonly Uint8Array[] {
  const changes: Uint8Array[] = [];
  for (let left = boundedCount(reader, maxChanges); left > 0; left -= 1) {
    const chunks = splitChunks(reader.take(reader.uint()));
    if (!chunks.ok) malformed(chunks.error.reason);
    for (const chunk of chunks.value) {
      const { type } = readChunkHeader(chunk, 0);
      if (type !== chunkTypes.change && type !== chunkTypes.deflatedChange)
        malformed("a chunk is not a single change");
      if (changes.length === maxChanges) tooLarge("there are too many changes");
      changes.push(chunk);
    }
  }
  return changes;
}

/** Where more than that is asked for nothing is allocated. */
function boundedCount(reader: ByteReader, most: number): number {
  const count = reader.uint();
  if (count > most) tooLarge("a list in the sync message is too long");
  return count;
}
