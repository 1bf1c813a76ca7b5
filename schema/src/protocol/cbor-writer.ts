/**
 * Writes CBOR (RFC 8949) piece by piece, for messages of which so many are sent that a general encoder's look at every object
 * is what they cost. Byte for byte what that encoder writes: shortest heads, definite lengths, numbers beyond 32 bits as float64.
 */
import { encodeUtf8 } from "../canonical/utf8.ts";

const firstBytes = 1_024;
/** What grew beyond this is not kept for the next writer. */
const mostSpareBytes = 64 * 1024;
/** Texts up to this length are written letter by letter while they are ASCII: a call of the platform's encoder costs more. */
const maxWrittenHere = 256;

const noBytes = new Uint8Array(0);
/** Where the last writer wrote, for the next: most messages are short, and so is the life of what they are written in. */
let spare: DataView<ArrayBuffer> | undefined;

export class CborWriter {
  #view: DataView<ArrayBuffer>;
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor() {
    this.#view = spare ?? new DataView(new ArrayBuffer(firstBytes));
    this.#bytes = new Uint8Array(this.#view.buffer);
    spare = undefined;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, as long as it is. What is written after is another message. */
  finish(): Uint8Array {
    const written = this.#bytes.slice(0, this.#length);
    const isSpare = this.#bytes.length <= mostSpareBytes;
    if (isSpare && this.#bytes !== noBytes) spare = this.#view;
    this.#bytes = noBytes;
    this.#length = 0;
    return written;
  }

  map(fieldCount: number): this {
    return this.#head(0xa0, fieldCount);
  }

  array(itemCount: number): this {
    return this.#head(0x80, itemCount);
  }

  text(value: string): this {
    if (value.length > maxWrittenHere) return this.#encodedText(value);
    this.#reserve(value.length + 3);
    const start = this.#length;
    this.#head(0x60, value.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < value.length; index += 1) {
      const letter = value.charCodeAt(index);
      if (letter > 0x7f) {
        this.#length = start;
        return this.#encodedText(value);
      }
      bytes[at] = letter;
      at += 1;
    }
    this.#length = at;
    return this;
  }

  number(value: number): this {
    if (Number.isInteger(value) && Math.abs(value) < 0x1_0000_0000)
      return value < 0 ? this.#head(0x20, -1 - value) : this.#head(0x00, value);
    this.#reserve(9);
    this.#bytes[this.#length] = 0xfb;
    this.#view.setFloat64(this.#length + 1, value);
    this.#length += 9;
    return this;
  }

  bytes(value: Uint8Array): this {
    return this.#head(0x40, value.length).raw(value);
  }

  boolean(value: boolean): this {
    return this.#byte(value ? 0xf5 : 0xf4);
  }

  null(): this {
    return this.#byte(0xf6);
  }

  /** CBOR that was written before. */
  raw(encoded: Uint8Array): this {
    this.#reserve(encoded.length);
    this.#bytes.set(encoded, this.#length);
    this.#length += encoded.length;
    return this;
  }

  #encodedText(value: string): this {
    const encoded = encodeUtf8(value);
    return this.#head(0x60, encoded.length).raw(encoded);
  }

  #head(major: number, argument: number): this {
    this.#reserve(5);
    if (argument < 24) return this.#byte(major | argument);
    if (argument < 0x100) return this.#byte(major | 24).#byte(argument);
    if (argument < 0x1_0000) {
      this.#byte(major | 25);
      this.#view.setUint16(this.#length, argument);
      this.#length += 2;
      return this;
    }
    this.#byte(major | 26);
    this.#view.setUint32(this.#length, argument);
    this.#length += 4;
    return this;
  }

  #byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
    return this;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
