/**
 * DEFLATE (RFC 1951) with a hard bound on its output, for the change chunks that Automerge deflates. SPEC CH-7.
 *
 * Written here because of what has to be refused: output past the bound stops at that byte (a library that inflates
 * into a growing buffer, or drops what does not fit, still does the work: a megabyte can ask for a gigabyte), and a
 * stream must be complete, with proper codes, and end with its last byte. Symbols are decoded bit by bit from the
 * canonical code counts; bodies are a few kilobytes.
 */
import { malformed, tooLarge } from "./chunk-refusal.ts";

const maxCodeBits = 15;
const endOfBlock = 256;

const lengthBase = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67,
  83, 99, 115, 131, 163, 195, 227, 258,
];
const lengthExtraBits = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5,
  5, 5, 0,
];
const distanceBase = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769,
  1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
];
const distanceExtraBits = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11,
  11, 12, 12, 13, 13,
];
/** The order in which a dynamic block lists the lengths of its code length codes. */
const codeLengthOrder = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/** Throws `ChunkRefusal` on anything but one complete stream of at most `maxBytes`. */
export function inflate(deflated: Uint8Array, maxBytes: number): Uint8Array {
  const input = new BitReader(deflated);
  const output = new Output(deflated.length, maxBytes);
  let isLast = false;
  while (!isLast) {
    isLast = input.bits(1) === 1;
    const type = input.bits(2);
    if (type === 0) copyStored(input, output);
    else if (type === 1)
      inflateBlock(input, output, fixedLiterals, fixedDistances);
    else if (type === 2) inflateDynamic(input, output);
    else malformed("the deflated bytes have an unknown block type");
  }
  if (!input.isAtLastByte) malformed("bytes follow the deflated stream");
  return output.bytes();
}

function copyStored(input: BitReader, output: Output): void {
  input.skipToByte();
  const length = input.bits(16);
  if (input.bits(16) !== (length ^ 0xffff))
    malformed("a stored block has a wrong length");
  output.append(input.bytes(length));
}

function inflateDynamic(input: BitReader, output: Output): void {
  const literalCount = input.bits(5) + 257;
  const distanceCount = input.bits(5) + 1;
  const codeLengthCount = input.bits(4) + 4;
  if (literalCount > 286 || distanceCount > 30)
    malformed("a block has too many codes");

  const codeLengthLengths = new Uint8Array(codeLengthOrder.length);
  for (const symbol of codeLengthOrder.slice(0, codeLengthCount)) {
    codeLengthLengths[symbol] = input.bits(3);
  }
  const lengths = readCodeLengths(
    input,
    new HuffmanCode(codeLengthLengths),
    literalCount + distanceCount,
  );
  if (lengths[endOfBlock] === 0) malformed("a block has no end");
  const literals = new HuffmanCode(lengths.subarray(0, literalCount));
  const distances = new HuffmanCode(lengths.subarray(literalCount));
  inflateBlock(input, output, literals, distances);
}

function readCodeLengths(
  input: BitReader,
  code: HuffmanCode,
  count: number,
): Uint8Array {
  const lengths = new Uint8Array(count);
  let index = 0;
  while (index < count) {
    const symbol = code.read(input);
    if (symbol < 16) {
      lengths[index] = symbol;
      index += 1;
      continue;
    }
    if (symbol === 16 && index === 0)
      malformed("a code length repeats nothing");
    const value = symbol === 16 ? (lengths[index - 1] ?? 0) : 0;
    const repeat =
      symbol === 16
        ? 3 + input.bits(2)
        : symbol === 17
          ? 3 + input.bits(3)
          : 11 + input.bits(7);
    if (index + repeat > count)
      malformed("there are more code lengths than codes");
    lengths.fill(value, index, index + repeat);
    index += repeat;
  }
  return lengths;
}

function inflateBlock(
  input: BitReader,
  output: Output,
  literals: HuffmanCode,
  distances: HuffmanCode,
): void {
  for (;;) {
    const symbol = literals.read(input);
    if (symbol < endOfBlock) output.push(symbol);
    else if (symbol === endOfBlock) return;
    else {
      const length = baseAndExtra(
        input,
        lengthBase,
        lengthExtraBits,
        symbol - endOfBlock - 1,
      );
      const distance = baseAndExtra(
        input,
        distanceBase,
        distanceExtraBits,
        distances.read(input),
      );
      output.copy(length, distance);
    }
  }
}

function baseAndExtra(
  input: BitReader,
  bases: readonly number[],
  extraBits: readonly number[],
  symbol: number,
): number {
  const base = bases[symbol];
  // The fixed code has a few symbols that stand for nothing.
  if (base === undefined)
    return malformed("the deflated bytes hold a symbol without meaning");
  return base + input.bits(extraBits[symbol] ?? 0);
}

/** Least significant bit first. */
class BitReader {
  readonly #input: Uint8Array;
  #position = 0;
  #buffer = 0;
  #bufferedBits = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  get isAtLastByte(): boolean {
    return this.#position === this.#input.length;
  }

  /** At most 16. */
  bits(count: number): number {
    while (this.#bufferedBits < count) {
      const byte = this.#input[this.#position];
      if (byte === undefined)
        return malformed("the deflated stream is cut short");
      this.#buffer |= byte << this.#bufferedBits;
      this.#position += 1;
      this.#bufferedBits += 8;
    }
    const value = this.#buffer & ((1 << count) - 1);
    this.#buffer >>>= count;
    this.#bufferedBits -= count;
    return value;
  }

  /** Fewer than eight bits are ever left over, so these are of the byte read last. */
  skipToByte(): void {
    this.#buffer = 0;
    this.#bufferedBits = 0;
  }

  bytes(length: number): Uint8Array {
    if (length > this.#input.length - this.#position)
      malformed("the deflated stream is cut short");
    this.#position += length;
    return this.#input.subarray(this.#position - length, this.#position);
  }
}

/** A canonical Huffman code: how many codes each length has, and the symbols in the order of their codes. */
class HuffmanCode {
  readonly #counts = new Uint16Array(maxCodeBits + 1);
  readonly #symbols: Uint16Array;

  /** Complete, except that a code of one symbol (of one bit) or of none is allowed: a block may need no more. */
  constructor(lengths: Uint8Array) {
    for (const length of lengths)
      this.#counts[length] = (this.#counts[length] ?? 0) + 1;
    const used = lengths.length - (this.#counts[0] ?? 0);
    this.#counts[0] = 0;

    let free = 1;
    const offsets = new Uint16Array(maxCodeBits + 2);
    for (let bits = 1; bits <= maxCodeBits; bits += 1) {
      const count = this.#counts[bits] ?? 0;
      free = free * 2 - count;
      if (free < 0) malformed("a code is over-subscribed");
      offsets[bits + 1] = (offsets[bits] ?? 0) + count;
    }
    const isTrivial = used === 0 || (used === 1 && this.#counts[1] === 1);
    if (free > 0 && !isTrivial) malformed("a code is incomplete");

    this.#symbols = new Uint16Array(used);
    for (const [symbol, length] of lengths.entries()) {
      if (length === 0) continue;
      const offset = offsets[length] ?? 0;
      this.#symbols[offset] = symbol;
      offsets[length] = offset + 1;
    }
  }

  read(input: BitReader): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let bits = 1; bits <= maxCodeBits; bits += 1) {
      code |= input.bits(1);
      const count = this.#counts[bits] ?? 0;
      if (code - count < first) return this.#symbols[index + code - first] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return malformed("the deflated bytes hold a code without a symbol");
  }
}

/** Grows by doubling up to the bound, and never past it. */
class Output {
  readonly #maxBytes: number;
  #buffer: Uint8Array;
  #length = 0;

  constructor(deflatedBytes: number, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#buffer = new Uint8Array(Math.min(maxBytes, deflatedBytes * 4));
  }

  push(byte: number): void {
    this.#makeRoom(1);
    this.#buffer[this.#length] = byte;
    this.#length += 1;
  }

  append(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Byte by byte, because what is copied may overlap what it is copied from. */
  copy(length: number, distance: number): void {
    if (distance > this.#length)
      malformed("the deflated stream refers to before its start");
    this.#makeRoom(length);
    for (
      let end = this.#length + length;
      this.#length < end;
      this.#length += 1
    ) {
      this.#buffer[this.#length] = this.#buffer[this.#length - distance] ?? 0;
    }
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #makeRoom(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    if (needed > this.#maxBytes) tooLarge("the inflated change is too long");
    const grown = new Uint8Array(
      Math.min(this.#maxBytes, Math.max(needed, this.#buffer.length * 2)),
    );
    grown.set(this.#buffer);
    this.#buffer = grown;
  }
}

const fixedLiterals = new HuffmanCode(
  Uint8Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  ),
);
const fixedDistances = new HuffmanCode(new Uint8Array(32).fill(5));
