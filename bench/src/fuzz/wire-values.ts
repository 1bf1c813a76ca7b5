/** Messages as they go over the wire, of any shape. */
import { deflateRawSync } from "node:zlib";

import { joined } from "./mutate-bytes.ts";
import { type CborValue, Encoded, Pairs, writeCbor } from "./write-cbor.ts";

const plain = Uint8Array.of(0);
const deflated = Uint8Array.of(1);

/** Any value of ours as CBOR; objects become maps. */
export function objectToCbor(value: unknown): CborValue {
  if (
    value === null ||
    typeof value === "boolean" ||
    typeof value === "number" ||
    typeof value === "string" ||
    value instanceof Uint8Array ||
    value instanceof Encoded ||
    value instanceof Pairs
  )
    return value;
  if (Array.isArray(value)) return value.map(objectToCbor);
  if (typeof value !== "object") return null;
  return new Pairs(
    Object.entries(value).map(
      ([key, inner]) => [key, objectToCbor(inner)] as const,
    ),
  );
}

export function plainFrame(message: CborValue): Uint8Array {
  return joined(plain, writeCbor(message));
}

export function deflatedFrame(body: Uint8Array): Uint8Array {
  return joined(deflated, new Uint8Array(deflateRawSync(body, { level: 1 })));
}
