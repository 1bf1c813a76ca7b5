/**
 * Reads one change out of untrusted bytes, in TypeScript, before any wasm sees them. SPEC CH-5 to CH-12.
 *
 * Guarantees: the checksum holds and the hash is computed from the bytes; every count and length was checked against
 * its limit before anything was allocated for it; the bytes have no part that was not read. Automerge's own decoder
 * checks no checksum and expands run lengths without bound.
 *
 * Refuses: documents (type 0) and bundles (type 3), trailing and extra bytes (Automerge 3.5 keeps its self-asserted
 * `author` there), unknown or deflated columns, numbers beyond 53 bits or not in their shortest form, text that is not
 * UTF-8, lists that are not in order.
 *
 * Source: "Automerge binary format" (automerge.org/automerge-binary-format-spec), and Automerge 3.5 as the oracle.
 */
import { bytesToHex } from "../canonical/hex.ts";
import { sha256Hex } from "../canonical/sha256.ts";
import type { ChangeHash } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";
import { assembleOps } from "./assemble-ops.ts";
import { ByteReader } from "./byte-reader.ts";
import type { ChangeLimits } from "./change-limits.ts";
import type { ChangeOp } from "./change-op.ts";
import {
  type ChunkHeader,
  chunkTypes,
  hashedFrom,
  readChunkHeader,
} from "./chunk-header.ts";
import {
  type ChangeChunkError,
  ChunkRefusal,
  malformed,
  tooLarge,
} from "./chunk-refusal.ts";
import { readColumnDirectory } from "./column-directory.ts";
import { inflate } from "./inflate.ts";

export interface DecodedChange {
  /** SHA-256 of the change, whether it came deflated or not. */
  readonly hash: ChangeHash;
  /** Hex, 1 to 64 bytes: admission asks for more than Automerge does. */
  readonly actor: string;
  /** From 1, by actor. */
  readonly seq: number;
  /** Counter of the first operation; the n-th, from 0, has `startOp + n`. */
  readonly startOp: number;
  /** As its author's device had it, in seconds if a stock client wrote it; may be negative. */
  readonly time: number;
  readonly message: string | null;
  /** Ascending, each once. */
  readonly deps: readonly ChangeHash[];
  readonly ops: readonly ChangeOp[];
  /** Of the chunk as it arrived. */
  readonly byteLength: number;
}

const hashBytes = 32;
const maxActorBytes = 64;

/** Pure and total: any bytes give a change or a refusal, in time bounded by the limits. */
export function decodeChange(
  bytes: Uint8Array,
  limits: ChangeLimits,
): Result<DecodedChange, ChangeChunkError> {
  try {
    return ok(decode(bytes, limits));
  } catch (cause) {
    if (cause instanceof ChunkRefusal) return err(cause.error);
    throw cause;
  }
}

function decode(bytes: Uint8Array, limits: ChangeLimits): DecodedChange {
  if (bytes.length > limits.maxBytes) tooLarge("the chunk is too long");
  const header = readChunkHeader(bytes, 0);
  if (header.bodyEnd !== bytes.length) malformed("bytes follow the chunk");
  const { hashed, bodyStart } = plainForm(bytes, header, limits);
  const hash = verifiedHash(hashed, header.checksum);

  const reader = new ByteReader(hashed, bodyStart);
  const deps = readDeps(reader, limits);
  const author = readActor(reader);
  const seq = reader.uint();
  if (seq === 0) malformed("the sequence number is zero");
  const startOp = reader.uint();
  if (startOp === 0) malformed("the first operation counter is zero");
  if (startOp > limits.maxOpCounter)
    tooLarge("the operation counter is too high");
  const time = reader.int();
  const messageBytes = reader.uint();
  if (messageBytes > limits.maxMessageBytes)
    tooLarge("the message is too long");
  const message = reader.textOf(messageBytes);
  const actors = readActors(reader, author, limits);
  const columns = readColumnDirectory(reader, hashed);
  const ops = assembleOps(columns, actors, startOp, limits);

  return {
    hash,
    actor: author,
    seq,
    startOp,
    time,
    message: message === "" ? null : message,
    deps,
    ops,
    byteLength: bytes.length,
  };
}

/** The bytes the hash covers — type 1, length, body — and where in them the body begins. */
function plainForm(
  bytes: Uint8Array,
  header: ChunkHeader,
  limits: ChangeLimits,
): { readonly hashed: Uint8Array; readonly bodyStart: number } {
  if (header.type === chunkTypes.change) {
    return {
      hashed: bytes.subarray(hashedFrom),
      bodyStart: header.bodyStart - hashedFrom,
    };
  }
  if (header.type !== chunkTypes.deflatedChange) {
    throw new ChunkRefusal("chunk-type", "the chunk is not a change");
  }
  const deflated = bytes.subarray(header.bodyStart, header.bodyEnd);
  const body = inflate(deflated, limits.maxInflatedBytes);
  const prefix = [chunkTypes.change, ...uintBytes(body.length)];
  const hashed = new Uint8Array(prefix.length + body.length);
  hashed.set(prefix);
  hashed.set(body, prefix.length);
  return { hashed, bodyStart: prefix.length };
}

function verifiedHash(hashed: Uint8Array, checksum: Uint8Array): ChangeHash {
  const hash = sha256Hex(hashed);
  if (!hash.startsWith(bytesToHex(checksum))) {
    throw new ChunkRefusal(
      "chunk-checksum",
      "the checksum does not match the bytes",
    );
  }
  return asChangeHash(hash);
}

function readDeps(
  reader: ByteReader,
  limits: ChangeLimits,
): readonly ChangeHash[] {
  const count = reader.uint();
  if (count > limits.maxDeps) tooLarge("there are too many dependencies");
  const deps: ChangeHash[] = [];
  let previous = "";
  for (let index = 0; index < count; index += 1) {
    const dep = asChangeHash(bytesToHex(reader.take(hashBytes)));
    if (dep <= previous) malformed("the dependencies are not in order");
    deps.push(dep);
    previous = dep;
  }
  return deps;
}

/** The author, then everybody else the operations refer to. */
function readActors(
  reader: ByteReader,
  author: string,
  limits: ChangeLimits,
): readonly string[] {
  const count = reader.uint();
  if (count >= limits.maxActors) tooLarge("there are too many actors");
  const actors = [author];
  let previous = "";
  for (let index = 0; index < count; index += 1) {
    const actor = readActor(reader);
    if (actor <= previous) malformed("the actors are not in order");
    if (actor === author) malformed("the author is listed twice");
    actors.push(actor);
    previous = actor;
  }
  return actors;
}

function readActor(reader: ByteReader): string {
  const length = reader.uint();
  if (length === 0) malformed("an actor id is empty");
  if (length > maxActorBytes) tooLarge("an actor id is too long");
  return bytesToHex(reader.take(length));
}

function asChangeHash(digest: string): ChangeHash {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- 32 bytes in hex are what a change hash is
  return digest as ChangeHash;
}

function uintBytes(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80))
    bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
