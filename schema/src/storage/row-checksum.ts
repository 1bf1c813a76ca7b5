/**
 * The checksum that lies beside each stored row, over where it belongs and what it holds: a row whose bits changed, or that turns
 * up under another key, is not read as if it were what was written. SPEC ST-15.
 *
 * FNV-1a, 32 bits, over the UTF-8 bytes of table, partition and key, each followed by NUL, and the value. It is against accidents:
 * every change of one byte is noticed, and of others all but one in four billion. It is no defence against people, who can make
 * a checksum as well; that is what chains and signed checkpoints are for.
 */
import { encodeUtf8, encodeUtf8Into } from "../canonical/utf8.ts";
import type { StoredValue } from "./table.ts";

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** From 0 to 2^32 - 1. `key` in its text form; neither it nor the names hold NUL. */
export function rowChecksum(
  table: string,
  partition: string,
  key: string,
  value: StoredValue,
): number {
  const place = mixText(offsetBasis, `${table}\0${partition}\0${key}\0`);
  const sum =
    typeof value === "string"
      ? mixText(place, value)
      : mixBytes(place, value, value.length);
  return sum >>> 0;
}

/** Nearly all rows are ASCII, whose characters are their bytes: no encoder is asked for those. */
function mixText(start: number, text: string): number {
  let sum = start;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return mixEncoded(sum, at === 0 ? text : text.slice(at));
    sum = Math.imul(sum ^ code, prime);
  }
  return sum;
}

/** Nearly all texts fit; whoever writes into it has done with it before anybody else runs. */
const scratch = new Uint8Array(24 * 1024);

function mixEncoded(sum: number, text: string): number {
  if (text.length * 3 <= scratch.length)
    return mixBytes(sum, scratch, encodeUtf8Into(text, scratch));
  const bytes = encodeUtf8(text);
  return mixBytes(sum, bytes, bytes.length);
}

function mixBytes(start: number, bytes: Uint8Array, length: number): number {
  let sum = start;
  for (let at = 0; at < length; at += 1)
    sum = Math.imul(sum ^ (bytes[at] ?? 0), prime);
  return sum;
}
