/**
 * FHIR JSON to values, with decimals kept as they were written.
 *
 * FHIR says that the precision of a decimal is part of it: 1.10 is not 1.1. `JSON.parse` makes doubles of both, and Node 20 does
 * not show a reviver the source text. So, before parsing, every number that is not a plain integer is put between quotes behind
 * a mark (U+0000) that no FHIR string may hold; `decimalText` reads either form. Bounded by the length of the text; never throws.
 */
import { err, ok, type Result } from "../../result.ts";

export interface JsonObject {
  readonly [key: string]: unknown;
}

export interface NotJson {
  readonly code: "not-json";
  /** From 1. */
  readonly line: number;
}

/** FHIR nests a dozen levels; what comes deeper is an attack on whoever walks it. */
const maxDepth = 100;
const decimalMark = "\u0000";
const numberToken = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;
const plainInteger = /^-?\d{1,15}$/;

export function parseFhirJson(text: string): Result<unknown, NotJson> {
  const marked = markDecimals(text);
  if (!marked.ok) return marked;
  try {
    return ok(JSON.parse(marked.value));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return err({ code: "not-json", line: lineOfError(text) });
  }
}

/** Plain notation with its digits as written, or null where the value is no number or has more than 18 digits on a side. */
export function decimalText(value: unknown): string | null {
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? String(value) : null;
  if (typeof value !== "string" || !value.startsWith(decimalMark)) return null;
  return plainNotation(value.slice(decimalMark.length));
}

/** Whole numbers, also where they were written with a point (`1.0`). */
export function integerOf(value: unknown): number | null {
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? value : null;
  const text = decimalText(value);
  if (text === null || !/^-?\d+(\.0+)?$/.test(text)) return null;
  const whole = Number(text);
  return Number.isSafeInteger(whole) ? whole : null;
}

/** A string of the source; null for anything else, a marked decimal included. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && !value.startsWith(decimalMark)
    ? value
    : null;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function markDecimals(text: string): Result<string, NotJson> {
  let marked = "";
  let copiedUpTo = 0;
  let depth = 0;
  let index = 0;
  while (index < text.length) {
    const character = text[index] ?? "";
    if (character === '"') {
      index = endOfString(text, index);
    } else if (character === "-" || (character >= "0" && character <= "9")) {
      numberToken.lastIndex = index;
      const token = numberToken.exec(text)?.[0] ?? character;
      if (!plainInteger.test(token) && isJsonNumber(token)) {
        marked += `${text.slice(copiedUpTo, index)}"\\u0000${token}"`;
        copiedUpTo = index + token.length;
      }
      index += token.length;
    } else {
      if (character === "{" || character === "[") depth += 1;
      if (character === "}" || character === "]") depth -= 1;
      if (depth > maxDepth)
        return err({ code: "not-json", line: lineAt(text, index) });
      index += 1;
    }
  }
  return ok(marked + text.slice(copiedUpTo));
}

/** JSON has no leading zeros; such a token is left for the parser to refuse. */
function isJsonNumber(token: string): boolean {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(token);
}

/** The index behind the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"')
    index += text[index] === "\\" ? 2 : 1;
  return index + 1;
}

function plainNotation(token: string): string | null {
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const exponent = Number(exponentText);
  if (whole === "" || Math.abs(exponent) > 36) return null;
  const digits = `${"0".repeat(36)}${whole}${fraction}${"0".repeat(36)}`;
  const point = 36 + whole.length + exponent;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const decimals = Math.max(fraction.length - exponent, 0);
  if (left.length > 18 || decimals > 18) return null;
  const right = digits.slice(point, point + decimals);
  return `${sign}${left}${right === "" ? "" : `.${right}`}`;
}

/** V8 names a position in most of its messages; where it does not, the first line is as good as any. */
function lineOfError(text: string): number {
  try {
    JSON.parse(text);
  } catch (cause) {
    const position = /position (\d+)/.exec(String(cause))?.[1];
    if (position !== undefined) return lineAt(text, Number(position));
  }
  return 1;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
