/** Lower-case hex, the written form of hashes and actor ids. */
import { asciiToText, encodeUtf8 } from "./utf8.ts";

const digits = encodeUtf8("0123456789abcdef");

/** In one piece, not by appending: this runs for every hash on every path. */
export function bytesToHex(bytes: Uint8Array): string {
  const codes = new Uint8Array(bytes.length * 2);
  let at = 0;
  for (const byte of bytes) {
    codes[at] = digits[byte >> 4] ?? 0;
    codes[at + 1] = digits[byte & 0x0f] ?? 0;
    at += 2;
  }
  return asciiToText(codes);
}

/**
 * The inverse of `bytesToHex`, strict: lower case, whole bytes. Throws on anything else, because text that may not
 * be hex is to be parsed by its schema first.
 */
export function hexToBytes(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length >> 1);
  hexInto(hex, bytes, 0);
  return bytes;
}

/** The same, written into bytes that are there, from `at`. */
export function hexInto(hex: string, into: Uint8Array, at: number): void {
  if (hex.length % 2 !== 0) throw new Error("hex has an odd length");
  for (let index = 0; index < hex.length; index += 2) {
    const high = nibble(hex.charCodeAt(index));
    const low = nibble(hex.charCodeAt(index + 1));
    into[at + index / 2] = high * 16 + low;
  }
}

function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x61 + 10;
  throw new Error("hex holds a character that is not 0-9 or a-f");
}
