import { decodeUtf8 } from "../canonical/utf8.ts";
import { malformed, tooLarge } from "./chunk-refusal.ts";

/** 2^28: four LEB128 groups of seven bits, the most that 32-bit arithmetic takes with a sign to spare. */
const fourGroups = 0x1000_0000;

/**
 * Reads forward through a stretch of bytes, without copying and never past its end. Integers are LEB128 in their
 * shortest form and within 53 bits, so that every number has one encoding and none is rounded. Refuses by throwing
 * `ChunkRefusal`. SPEC CH-8.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  get position(): number {
    return this.#position;
  }

  get isDone(): boolean {
    return this.#position >= this.#end;
  }

  get bytesLeft(): number {
    return this.#end - this.#position;
  }

  byte(): number {
    if (this.#position >= this.#end)
      malformed("the bytes end in the middle of something");
    const byte = this.#bytes[this.#position] ?? 0;
    this.#position += 1;
    return byte;
  }

  /** Unsigned LEB128. */
  uint(): number {
    let byte = this.byte();
    // Most numbers in a change are below 128.
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    do {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER)
        malformed("a number does not fit 53 bits");
      scale *= 0x80;
    } while (byte >= 0x80 && scale <= Number.MAX_SAFE_INTEGER);
    if (byte >= 0x80) malformed("a number does not fit 53 bits");
    if (byte === 0) malformed("a number is not in its shortest form");
    return value;
  }

  /** Signed LEB128. The low and high 28 bits are kept apart: a sum with a sign in it would be rounded. */
  int(): number {
    let low = 0;
    let high = 0;
    let groups = 0;
    let previous = 0;
    let byte = 0x80;
    while (byte >= 0x80) {
      if (groups === 8) malformed("a number does not fit 53 bits");
      previous = byte;
      byte = this.byte();
      if (groups < 4) low |= (byte & 0x7f) << (7 * groups);
      else high |= (byte & 0x7f) << (7 * (groups - 4));
      groups += 1;
    }
    const isPadded =
      (byte === 0 && (previous & 0x40) === 0) ||
      (byte === 0x7f && (previous & 0x40) !== 0);
    if (groups > 1 && isPadded)
      malformed("a number is not in its shortest form");

    if (groups <= 4) return signExtend(low, 7 * groups);
    const value = signExtend(high, 7 * (groups - 4)) * fourGroups + low;
    if (!Number.isSafeInteger(value))
      malformed("a number does not fit 53 bits");
    return value;
  }

  skip(length: number): void {
    if (length > this.bytesLeft)
      malformed("the bytes end in the middle of something");
    this.#position += length;
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#position;
    this.skip(length);
    return this.#bytes.subarray(start, this.#position);
  }

  /** Text that says its length in bytes first. */
  text(maxBytes: number): string {
    const length = this.uint();
    if (length > maxBytes) tooLarge("a text is too long");
    return this.textOf(length);
  }

  textOf(length: number): string {
    return decodeUtf8(this.take(length)) ?? malformed("a text is not UTF-8");
  }
}

/** Shared by all: a reader without bytes has no position to move. */
export const emptyReader = new ByteReader(new Uint8Array(0));

function signExtend(value: number, bits: number): number {
  const unused = 32 - bits;
  return (value << unused) >> unused;
}
