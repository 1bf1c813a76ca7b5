/**
 * Writes change chunks that no honest library would: any columns, run lengths without rows, any chunk type, and always with the
 * checksum that makes the next check look at them. Source: "Automerge binary format".
 */
import { sha256 } from "@suture/schema";
import { deflateRawSync } from "node:zlib";

import { joined, joinedAll } from "./mutate-bytes.ts";

const magic = Uint8Array.of(0x85, 0x6f, 0x4a, 0x83);
const plainChange = 1;
const deflatedChange = 2;
/** Magic, checksum, type. */
const lengthAt = 9;

export interface ChunkParts {
  readonly deps: readonly Uint8Array[];
  readonly actor: Uint8Array;
  readonly seq: number;
  readonly startOp: number;
  readonly timeSeconds: number;
  readonly message: Uint8Array;
  readonly otherActors: readonly Uint8Array[];
  /** By column id, in the order in which they are written. */
  readonly columns: readonly (readonly [id: number, bytes: Uint8Array])[];
}

export function writeChange(parts: ChunkParts): Uint8Array {
  const { deps, actor, otherActors, columns, message } = parts;
  const body = joinedAll([
    uint(deps.length),
    ...deps,
    sized(actor),
    uint(parts.seq),
    uint(parts.startOp),
    int(parts.timeSeconds),
    sized(message),
    uint(otherActors.length),
    ...otherActors.map(sized),
    uint(columns.length),
    ...columns.map(([id, bytes]) => joined(uint(id), uint(bytes.length))),
    ...columns.map(([, bytes]) => bytes),
  ]);
  return sealChunk(plainChange, body);
}

/** A body as a chunk of any type, with the checksum it must have. */
export function sealChunk(type: number, body: Uint8Array): Uint8Array {
  const hashed = joined(Uint8Array.of(type), uint(body.length), body);
  return joined(magic, sha256(hashed).subarray(0, 4), hashed);
}

/** A change chunk with its body changed, and the length and checksum right again. */
export function withBody(
  chunk: Uint8Array,
  change: (body: Uint8Array) => Uint8Array,
): Uint8Array {
  return sealChunk(plainChange, change(bodyOf(chunk)));
}

/** The same change in its deflated form; the checksum stays that of the plain one. */
export function deflateChunk(
  chunk: Uint8Array,
  change: (deflated: Uint8Array) => Uint8Array = (deflated) => deflated,
): Uint8Array {
  const packed = change(new Uint8Array(deflateRawSync(bodyOf(chunk))));
  return joined(
    chunk.subarray(0, lengthAt - 1),
    Uint8Array.of(deflatedChange),
    uint(packed.length),
    packed,
  );
}

function bodyOf(chunk: Uint8Array): Uint8Array {
  let at = lengthAt;
  while ((chunk[at] ?? 0) >= 0x80) at += 1;
  return chunk.subarray(at + 1);
}

/** Unsigned LEB128. */
export function uint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80))
    bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...bytes, rest);
}

/** Signed LEB128. */
export function int(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(Math.trunc(value));
  for (;;) {
    const group = Number(BigInt.asUintN(7, rest));
    rest >>= 7n;
    const isLast =
      (rest === 0n && group < 0x40) || (rest === -1n && group >= 0x40);
    bytes.push(isLast ? group : group | 0x80);
    if (isLast) return Uint8Array.of(...bytes);
  }
}

/** A run-length column: `count` times the same encoded value. */
export function run(count: number, value: Uint8Array): Uint8Array {
  return joined(int(count), value);
}

/** A run-length column of `count` nulls. */
export function nulls(count: number): Uint8Array {
  return joined(int(0), uint(count));
}

/** A run-length column of single values. */
export function literals(values: readonly Uint8Array[]): Uint8Array {
  return values.length === 0
    ? new Uint8Array(0)
    : joinedAll([int(-values.length), ...values]);
}

export function sized(bytes: Uint8Array): Uint8Array {
  return joined(uint(bytes.length), bytes);
}
