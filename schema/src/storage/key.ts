/**
 * Keys and their text form. Keys are ordered part by part: numbers in front of strings, numbers by value, strings by code
 * point, a key in front of the longer ones it begins. SPEC ST-7.
 *
 * The text form has that same order whether compared by UTF-8 bytes (SQLite, PostgreSQL "C") or by UTF-16 units
 * (JavaScript, IndexedDB), so each engine orders keys by its own means. It is meant to be read by people: `["team", 42, "a b"]`
 * is `team #b42 a!`b`.
 *
 * - Parts are parted by one space.
 * - A number is `#`, a letter for its count of digits (`a` is 1), then the digits.
 * - In strings, U+0000 to `!` are written `!` and the character 64 places higher. A string that is empty, or begins with one
 *   of those or with `"`, `#` or `$`, has `$` in front, which puts it behind all numbers.
 * - U+D7FF and U+E000 to U+FFFF lie in front of the surrogates in UTF-8 and behind them in UTF-16, so they are written
 *   as U+D7FF and the character 40,960 places lower.
 */

/** A string without lone surrogates, or a safe integer from 0. */
export type KeyPart = string | number;

/** At least one part. */
export type Key = readonly KeyPart[];

/** Text keys from `from` (inclusive) to `to` (exclusive, or to the end). */
export interface KeyRange {
  readonly from: string;
  readonly to: string | undefined;
}

const separator = " ";
const aboveSeparator = "!";
const firstCountLetter = 0x60;

/** Throws a TypeError for a key that cannot be ordered: no parts, lone surrogates, numbers that are no safe integers from 0. */
export function encodeKey(key: Key): string {
  if (key.length === 0) throw new TypeError("a key has at least one part");
  return encodeParts(key);
}

/** Inverse of `encodeKey`. Throws a TypeError for text that `encodeKey` does not produce. */
export function decodeKey(text: string): Key {
  const parts = text.split(separator);
  // Every row of a scan comes here, and nearly all keys are made of identifiers, hashes and numbers.
  if (parts.every(isPlain)) return parts.map(decodePlain);
  const key = parts.map(decodePart);
  if (encodeKey(key) !== text)
    throw new TypeError("not the text form of a key");
  return key;
}

/** The text keys that begin with `prefix` and lie between `after` and `before`, both exclusive. May be empty. */
export function encodeRange(
  prefix: Key = [],
  after?: Key,
  before?: Key,
): KeyRange {
  const start = encodeParts(prefix);
  let from = start;
  let to = prefix.length === 0 ? undefined : start + aboveSeparator;
  if (after !== undefined) {
    // Nothing lies between a key and that key with a separator: the first of the longer keys it begins is behind both.
    const next = encodeKey(after) + separator;
    if (next > from) from = next;
  }
  if (before !== undefined) {
    const end = encodeKey(before);
    if (to === undefined || end < to) to = end;
  }
  return { from, to };
}

/** Partitions are stored as they are, so they hold no NUL and no lone surrogates, and are not empty. */
export function checkPartition(partition: string): void {
  if (/^$|[\0\uD800-\uDFFF]/u.test(partition)) {
    throw new TypeError(
      "a partition is a non-empty string without NUL or lone surrogates",
    );
  }
}

function encodeParts(key: Key): string {
  const [first, second] = key;
  // Most keys have two parts.
  if (first !== undefined && second !== undefined && key.length === 2)
    return encodePart(first) + separator + encodePart(second);
  return Array.from(key, encodePart).join(separator);
}

function encodePart(part: KeyPart | undefined): string {
  return typeof part === "number" ? encodeNumber(part) : encodeString(part);
}

function encodeNumber(part: number): string {
  if (!Number.isSafeInteger(part) || part < 0)
    throw new TypeError("a number in a key is a safe integer from 0");
  const digits = String(part);
  return `#${String.fromCharCode(firstCountLetter + digits.length)}${digits}`;
}

function encodeString(part: string | undefined): string {
  if (typeof part !== "string")
    throw new TypeError("a key part is a string or a number");
  const mark = part === "" || part.charCodeAt(0) <= 0x24 ? "$" : "";
  // Identifiers and hashes need no more than this look.
  if (!/[\0-!\uD7FF-\uFFFF]/.test(part)) return mark + part;
  if (/[\uD800-\uDFFF]/u.test(part))
    throw new TypeError("a string in a key has no lone surrogates");
  return (
    mark +
    part.replace(/[\0-!\uD7FF\uE000-\uFFFF]/g, (character) => {
      const code = character.charCodeAt(0);
      return code <= 0x21
        ? `!${String.fromCharCode(code + 0x40)}`
        : `\uD7FF${String.fromCharCode(code - 0xa000)}`;
    })
  );
}

/** Whether a part is as `encodeKey` writes it, at a look; false where that takes more than a look. */
function isPlain(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first > 0x24) return !/[\0-!\uD7FF-\uFFFF]/.test(text);
  return (
    /^#[a-o](?:0|[1-9][0-9]*)$/.test(text) &&
    text.charCodeAt(1) === firstCountLetter + text.length - 2
  );
}

function decodePlain(text: string): KeyPart {
  return text.startsWith("#") ? Number(text.slice(2)) : text;
}

function decodePart(text: string): KeyPart {
  if (text.startsWith("#")) return decodePlain(text);
  const escaped = text.startsWith("$") ? text.slice(1) : text;
  return escaped.replace(
    /([!\uD7FF])([^])/g,
    (_, mark: string, character: string) =>
      String.fromCharCode(
        character.charCodeAt(0) + (mark === "!" ? -0x40 : 0xa000),
      ),
  );
}
