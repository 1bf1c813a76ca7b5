/** Lower-case hex, the written form of hashes and actor ids. Table lookups: this runs for every hash on every path. */

const hexByByte: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

export function bytesToHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += hexByByte[byte];
  return hex;
}

/**
 * The inverse of `bytesToHex`, strict: lower case, whole bytes. Throws on anything else, because text that may not
 * be hex is to be parsed by its schema first.
 */
export function hexToBytes(hex: string): Uint8Array<ArrayBuffer> {
  if (hex.length % 2 !== 0) throw new Error("hex has an odd length");
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    const high = nibble(hex.charCodeAt(index * 2));
    const low = nibble(hex.charCodeAt(index * 2 + 1));
    bytes[index] = high * 16 + low;
  }
  return bytes;
}

function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x61 + 10;
  throw new Error("hex holds a character that is not 0-9 or a-f");
}
