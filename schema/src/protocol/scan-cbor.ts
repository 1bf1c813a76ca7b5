/**
 * Looks over CBOR (RFC 8949) before any library decodes it.
 *
 * Accepted: definite-length maps with text keys, arrays, text and byte strings, integers within 53 bits, float64, booleans,
 * null. Refused: tags (a 1 MB bignum blocks cbor-x for minutes), indefinite lengths, undefined and other simple values,
 * `__proto__`, `constructor` or `prototype` as a key anywhere, too deep, too many items, lengths beyond the input, trailing
 * bytes. Costs one pass, allocates nothing. SPEC SY-2.
 */
export interface CborLimits {
  readonly maxDepth: number;
  readonly maxItems: number;
  /** For peers that are not ours and write `undefined` where they leave something out. */
  readonly allowsUndefined?: boolean;
}

/** What is wrong with the bytes, as a constant sentence; null if a decoder may see them. */
export function scanCbor(bytes: Uint8Array, limits: CborLimits): string | null {
  const scan = new CborScan(bytes, limits);
  const problem = scan.item(0, false);
  return problem ?? (scan.isAtEnd ? null : "bytes are left behind the message");
}

const forbiddenKeys = ["__proto__", "constructor", "prototype"].map((key) =>
  Array.from(key, (letter) => letter.charCodeAt(0)),
);

class CborScan {
  readonly #bytes: Uint8Array;
  readonly #limits: CborLimits;
  #at = 0;
  #items = 0;

  constructor(bytes: Uint8Array, limits: CborLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  item(depth: number, isKey: boolean): string | null {
    this.#items += 1;
    if (this.#items > this.#limits.maxItems)
      return "the message has too many items";
    if (depth > this.#limits.maxDepth) return "the message is nested too deep";
    const first = this.#bytes[this.#at];
    if (first === undefined) return "the message ends early";
    this.#at += 1;
    const major = first >> 5;
    const detail = first & 0x1f;
    if (isKey && major !== 3) return "a key is not text";
    if (major === 7) return this.#simple(detail);
    const argument = this.#argument(detail);
    if (argument === null) return "a length is malformed or out of range";
    switch (major) {
      case 0:
      case 1:
        return null;
      case 2:
      case 3:
        return this.#string(argument, isKey);
      case 4:
        return this.#children(argument, depth, false);
      case 5:
        return this.#children(argument, depth, true);
      default:
        return "the message holds a tag";
    }
  }

  #simple(detail: number): string | null {
    // 20 false, 21 true, 22 null, 23 undefined; 27 is a float64.
    if (detail >= 20 && detail <= 22) return null;
    if (detail === 23 && this.#limits.allowsUndefined === true) return null;
    if (detail !== 27) return "the message holds a value that is not allowed";
    this.#at += 8;
    return this.#at <= this.#bytes.length ? null : "the message ends early";
  }

  #string(length: number, isKey: boolean): string | null {
    const end = this.#at + length;
    if (end > this.#bytes.length)
      return "a text or byte string is longer than the message";
    if (
      isKey &&
      forbiddenKeys.some(
        (key) =>
          key.length === length &&
          key.every(
            (letter, index) => this.#bytes[this.#at + index] === letter,
          ),
      )
    ) {
      return "a key is not allowed";
    }
    this.#at = end;
    return null;
  }

  #children(count: number, depth: number, isMap: boolean): string | null {
    // Every item takes a byte at least, so a count beyond what is left is refused before it is walked.
    if (count > this.#bytes.length - this.#at)
      return "a list or map is longer than the message";
    for (let index = 0; index < count; index += 1) {
      const problem =
        (isMap ? this.item(depth + 1, true) : null) ??
        this.item(depth + 1, false);
      if (problem !== null) return problem;
    }
    return null;
  }

  #argument(detail: number): number | null {
    if (detail < 24) return detail;
    if (detail > 27) return null;
    const length = 1 << (detail - 24);
    if (this.#at + length > this.#bytes.length) return null;
    let value = 0;
    for (let index = 0; index < length; index += 1)
      value = value * 256 + (this.#bytes[this.#at + index] ?? 0);
    this.#at += length;
    return Number.isSafeInteger(value) ? value : null;
  }
}
