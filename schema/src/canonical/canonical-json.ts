/**
 * One text for one value: RFC 8785 (JSON Canonicalization Scheme), narrowed. SPEC CH-1 to CH-4.
 *
 * Narrower than the RFC in three ways, so that equal content has equal bytes and equal digests everywhere:
 * - numbers are safe integers; a decimal is a string (0.1 has no exact double);
 * - strings and keys are in Unicode NFC, which `canonicalize` brings about and `parseCanonical` demands;
 * - `__proto__`, `constructor` and `prototype` are no keys, so that no reader can be poisoned.
 */
import { err, ok, type Result } from "../result.ts";
import { sha256Hex } from "./sha256.ts";
import { encodeUtf8 } from "./utf8.ts";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface CanonicalLimits {
  /** Of the text in UTF-8. */
  readonly maxBytes: number;
  /** Arrays and objects inside one another; a scalar has depth 0. */
  readonly maxDepth: number;
}

/** A statement is at most 64 KiB. */
export const defaultCanonicalLimits: CanonicalLimits = {
  maxBytes: 65_536,
  maxDepth: 32,
};

/** `reason` is a constant sentence and holds nothing of the text. */
export interface NotCanonical {
  readonly code: "not-canonical";
  readonly reason: string;
}

/** Deep enough for every value of ours, shallow enough that a cycle is found before the stack ends. */
const maxWriteDepth = 128;

const forbiddenKeys: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
]);

/** With the `u` flag a surrogate matches only when it is not half of a pair. */
const loneSurrogate = /\p{Surrogate}/u;

/** Text that is its own NFC and needs no escape. */
const plainAscii = /^[ !#-[\]-~]*$/;

/**
 * Throws on what has no canonical form (a fraction, an unsafe integer, `undefined`, a class instance, a lone surrogate,
 * a forbidden key, two keys equal in NFC): such a value is a mistake of the caller. Text from elsewhere goes through
 * `parseCanonical`.
 */
export function canonicalize(value: JsonValue): string {
  return write(value, 0);
}

/** Hex SHA-256 of the canonical text in UTF-8. Equal content, equal digest. */
export function digest(value: JsonValue): string {
  return sha256Hex(encodeUtf8(canonicalize(value)));
}

/** Accepts exactly the texts that `canonicalize` can produce, within the limits. Never throws. */
export function parseCanonical(
  text: string,
  limits: CanonicalLimits = defaultCanonicalLimits,
): Result<JsonValue, NotCanonical> {
  // A code unit takes at least one byte, so most oversized texts need no encoding to be refused.
  if (text.length > limits.maxBytes)
    return err(notCanonical("the text is too long"));
  if (loneSurrogate.test(text))
    return err(notCanonical("the text holds a lone surrogate"));
  if (
    text.length * 3 > limits.maxBytes &&
    encodeUtf8(text).length > limits.maxBytes
  ) {
    return err(notCanonical("the text is too long"));
  }
  if (isDeeperThan(text, limits.maxDepth))
    return err(notCanonical("the value is nested too deep"));

  try {
    const value: unknown = JSON.parse(text);
    return write(value, 0) === text
      ? // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `write` could write is one
        ok(value as JsonValue)
      : err(notCanonical("the text is not the canonical form of its value"));
  } catch (cause) {
    if (cause instanceof SyntaxError)
      return err(notCanonical("the text is not JSON"));
    if (cause instanceof NoCanonicalForm)
      return err(notCanonical(cause.message));
    throw cause;
  }
}

class NoCanonicalForm extends Error {
  override readonly name = "NoCanonicalForm";
}

function write(value: unknown, depth: number): string {
  if (depth > maxWriteDepth)
    throw new NoCanonicalForm("the value is nested too deep");
  switch (typeof value) {
    case "string":
      return writeString(value);
    case "number":
      return writeNumber(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value)
        ? writeArray(value, depth)
        : writeObject(value, depth);
    default:
      throw new NoCanonicalForm(
        "the value holds something that JSON has no form for",
      );
  }
}

function writeNumber(value: number): string {
  if (!Number.isSafeInteger(value)) {
    throw new NoCanonicalForm(
      "a number is not a safe integer; decimals are strings",
    );
  }
  // String(-0) is "0", as RFC 8785 has it.
  return String(value);
}

function normalize(text: string): string {
  if (plainAscii.test(text)) return text;
  if (loneSurrogate.test(text))
    throw new NoCanonicalForm("a string holds a lone surrogate");
  return text.normalize("NFC");
}

function writeString(text: string): string {
  // ECMAScript's own escaping is the one RFC 8785 prescribes.
  return plainAscii.test(text) ? `"${text}"` : JSON.stringify(normalize(text));
}

function writeArray(items: readonly unknown[], depth: number): string {
  // By index: `map` would pass over the holes of a sparse array.
  let text = "";
  for (let index = 0; index < items.length; index += 1) {
    text += (index === 0 ? "" : ",") + write(items[index], depth + 1);
  }
  return `[${text}]`;
}

function writeObject(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NoCanonicalForm("the value holds an instance of a class");
  }
  const given = Object.entries(value);
  const entries = isInOrder(given) ? given : inOrder(given);
  let text = "";
  let previous: string | null = null;
  for (const [key, item] of entries) {
    if (forbiddenKeys.has(key)) throw new NoCanonicalForm("a key is forbidden");
    if (key === previous)
      throw new NoCanonicalForm("two keys are equal in NFC");
    text += `${previous === null ? "" : ","}${writeString(key)}:${write(item, depth + 1)}`;
    previous = key;
  }
  return `{${text}}`;
}

/** As those of a canonical text are, at a look. */
function isInOrder(entries: readonly [string, unknown][]): boolean {
  let previous = "";
  for (const [key] of entries) {
    if (key < previous || !plainAscii.test(key)) return false;
    previous = key;
  }
  return true;
}

/** By their keys in NFC. */
function inOrder(
  entries: readonly [string, unknown][],
): readonly [string, unknown][] {
  return entries
    .map(([key, item]): [string, unknown] => [normalize(key), item])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Counted on the text, before a parser allocates anything for it. */
function isDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = endOfString(text, index);
      if (index === -1) return false;
    } else if (code === openBracket || code === openBrace) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === closeBracket || code === closeBrace) depth -= 1;
  }
  return false;
}

/** Where the string that begins there ends; -1 where it does not, which is no JSON. */
export function endOfString(text: string, start: number): number {
  for (let end = start; ;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return -1;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === backslash)
      backslashes += 1;
    // An even number of them escapes itself.
    if (backslashes % 2 === 0) return end;
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function notCanonical(reason: string): NotCanonical {
  return { code: "not-canonical", reason };
}
