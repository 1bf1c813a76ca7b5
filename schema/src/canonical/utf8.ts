/**
 * UTF-8 without doubt: decoding refuses invalid bytes and keeps a byte order mark (the platform's default drops it,
 * which would make two different byte strings equal).
 *
 * `TextEncoder` and `TextDecoder` exist in every runtime we support but in no ECMAScript library, so the little that
 * is used of them is declared here.
 */

declare const TextEncoder: new () => {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { readonly written: number };
};
declare const TextDecoder: new (
  label: "utf-8",
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Below this, reading ASCII by hand is faster than the call into the platform; above it leaves a chain of strings behind. */
const shortBytes = 12;

/** Callers refuse lone surrogates beforehand: the platform's encoder would replace them. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Writes it to the beginning of `into`, which has three bytes for each UTF-16 unit. Gives back how many it took. */
export function encodeUtf8Into(text: string, into: Uint8Array): number {
  return encoder.encodeInto(text, into).written;
}

/** Null when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  return asciiOrNull(bytes) ?? decodeStrictly(bytes);
}

/** For bytes that are ASCII already; anything else throws. */
export function asciiToText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

function asciiOrNull(bytes: Uint8Array): string | null {
  if (bytes.length > shortBytes) return null;
  let text = "";
  for (const byte of bytes) {
    if (byte > 0x7f) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}

function decodeStrictly(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
