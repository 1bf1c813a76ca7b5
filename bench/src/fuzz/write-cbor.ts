/** Writes CBOR (RFC 8949), well-formed or as hostile as asked: `Encoded` stands for bytes of any kind in a value's place. */
import { encodeUtf8 } from "@suture/schema";

import { joined, joinedAll } from "./mutate-bytes.ts";

export class Encoded {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A map as its pairs: keys may be of any type, repeated, or ones that an object cannot carry. */
export class Pairs {
  readonly pairs: readonly (readonly [CborValue, CborValue])[];

  constructor(pairs: readonly (readonly [CborValue, CborValue])[]) {
    this.pairs = pairs;
  }
}

export type CborValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly CborValue[]
  | Encoded
  | Pairs;

export function writeCbor(value: CborValue): Uint8Array {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number") return writeNumber(value);
  if (typeof value === "string") {
    const text = encodeUtf8(value);
    return joined(cborHead(3, text.length), text);
  }
  if (value instanceof Uint8Array)
    return joined(cborHead(2, value.length), value);
  if (value instanceof Encoded) return value.bytes;
  if (value instanceof Pairs)
    return joinedAll([
      cborHead(5, value.pairs.length),
      ...value.pairs.flat().map(writeCbor),
    ]);
  return joinedAll([cborHead(4, value.length), ...value.map(writeCbor)]);
}

/** A major type and its argument, in any number of bytes that holds it. */
export function cborHead(major: number, argument: number): Uint8Array {
  const type = major << 5;
  if (argument < 24) return Uint8Array.of(type | argument);
  if (argument < 2 ** 8) return Uint8Array.of(type | 24, argument);
  const view = new DataView(new ArrayBuffer(9));
  view.setBigUint64(1, BigInt(Math.trunc(argument)));
  const length = argument < 2 ** 16 ? 2 : argument < 2 ** 32 ? 4 : 8;
  const bytes = new Uint8Array(view.buffer).slice(8 - length);
  bytes[0] = type | (length === 2 ? 25 : length === 4 ? 26 : 27);
  return bytes;
}

function writeNumber(value: number): Uint8Array {
  if (Number.isSafeInteger(value))
    return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value);
  const view = new DataView(new ArrayBuffer(9));
  view.setUint8(0, 0xfb);
  view.setFloat64(1, value);
  return new Uint8Array(view.buffer);
}
