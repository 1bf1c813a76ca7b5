/** Writes frames by hand (RFC 8949), so that they may say what no encoder of ours would. */
import { encodeUtf8 } from "@suture/schema";

/** An item written already, well or badly. */
export class Raw {
  readonly bytes: Uint8Array;

  constructor(...parts: readonly (number | Uint8Array)[]) {
    this.bytes = joined(parts);
  }
}

export type Item =
  | Raw
  | Uint8Array
  | string
  | number
  | boolean
  | null
  | readonly Item[]
  | { readonly [key: string]: Item };

/** A frame that is not deflated. */
export function plainFrame(item: Item): Uint8Array {
  return joined([0, write(item)]);
}

export function write(item: Item): Uint8Array {
  if (item instanceof Raw) return item.bytes;
  if (item === null) return joined([0xf6]);
  if (typeof item === "boolean") return joined([item ? 0xf5 : 0xf4]);
  if (typeof item === "number") return writeNumber(item);
  if (typeof item === "string") {
    const text = encodeUtf8(item);
    return joined([head(3, text.length), text]);
  }
  if (item instanceof Uint8Array) return joined([head(2, item.length), item]);
  if (isList(item)) return joined([head(4, item.length), ...item.map(write)]);
  const entries = Object.entries(item);
  return joined([
    head(5, entries.length),
    ...entries.flatMap(([key, value]) => [write(key), write(value)]),
  ]);
}

/** Single bytes and stretches of them, one behind the other. */
export function joined(parts: readonly (number | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === "number" ? Buffer.of(part) : part)),
    ),
  );
}

/** A major type with its argument, in the shortest form; within 53 bits. */
function head(major: number, argument: number): Uint8Array {
  const first = major << 5;
  if (argument < 24) return joined([first | argument]);
  if (argument < 0x100) return joined([first | 24, argument]);
  const length = argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8;
  const bytes = Buffer.alloc(length);
  if (length === 8) bytes.writeBigUInt64BE(BigInt(argument));
  else bytes.writeUIntBE(argument, 0, length);
  return joined([first | (length === 2 ? 25 : length === 4 ? 26 : 27), bytes]);
}

function writeNumber(value: number): Uint8Array {
  if (Number.isSafeInteger(value))
    return value >= 0 ? head(0, value) : head(1, -1 - value);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return joined([0xfb, bytes]);
}

function isList(item: Item): item is readonly Item[] {
  return Array.isArray(item);
}
