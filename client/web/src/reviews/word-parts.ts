/** How the parts of a value are said: codes, concepts, amounts, and by its names whatever has no words of its own. */
import { recordIdSchema } from "@suture/schema";

import type { ValuesText } from "../text/values.ts";

/** Who and what ids stand for, as far as it is known here. */
export interface Names {
  readonly text: ValuesText;
  /** A record of any type: what people call it. */
  record(id: string): string;
  /** An instant, in the reader's own time. */
  instant(text: string): string;
}

export type Json = Readonly<Record<string, unknown>>;
export function concept(value: unknown): string | null {
  if (!isObject(value)) return null;
  const text = textOf(value["text"]);
  if (text !== null) return text;
  const codings = Array.isArray(value["coding"]) ? value["coding"] : [];
  for (const coding of codings)
    if (isObject(coding)) {
      const said = textOf(coding["display"]) ?? textOf(coding["code"]);
      if (said !== null) return said;
    }
  return null;
}

export function quantity(value: unknown): string | null {
  if (!isObject(value)) return null;
  return join([
    textOf(value["comparator"]),
    textOf(value["value"]),
    textOf(value["unit"]) ?? textOf(value["code"]),
  ]);
}

export function recordOf(value: unknown, names: Names): string | null {
  return typeof value === "string" ? names.record(value) : null;
}

export function instantOf(value: unknown, names: Names): string | null {
  return typeof value === "string" ? names.instant(value) : null;
}

/** Of a code of ours or FHIR's. */
export function word(value: unknown, names: Names): string | null {
  return value === undefined || value === null ? null : wordOf(value, names);
}

export function wordOf(value: unknown, names: Names): string {
  const text = String(value);
  return names.text.words[text] ?? text;
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Whatever else it says, with its names. */
export function rest(
  value: Json,
  told: readonly string[],
  names: Names,
): string | null {
  const others = Object.entries(value).filter(([key]) => !told.includes(key));
  return others.length === 0
    ? null
    : others
        .map(
          ([key, each]) =>
            `${nameWords(key, names)}: ${plainWords(each, names)}`,
        )
        .join("; ");
}

/** Of a field, a part, or a part of a value: `serialNumbers` becomes "serial numbers". */
export function nameWords(key: string, names: Names): string {
  return (
    names.text.names[key] ??
    key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  );
}

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

export function plainWords(value: unknown, names: Names): string {
  if (value === null || value === undefined) return names.text.none;
  if (typeof value === "boolean") return value ? names.text.yes : names.text.no;
  if (typeof value === "string") {
    if (instantPattern.test(value)) return names.instant(value);
    if (recordIdSchema.safeParse(value).success) return names.record(value);
    return names.text.words[value] ?? value;
  }
  if (Array.isArray(value))
    return value.length === 0
      ? names.text.none
      : value.map((each) => plainWords(each, names)).join(", ");
  if (!isObject(value)) return JSON.stringify(value);
  const said = concept(value);
  if (said !== null)
    return (
      list([said, rest(value, ["text", "coding", "status"], names)]) ?? said
    );
  return rest(value, [], names) ?? names.text.none;
}

export function list(parts: readonly (string | null)[]): string | null {
  const said = parts.filter((part) => part !== null && part !== "");
  return said.length === 0 ? null : said.join(" · ");
}

export function join(parts: readonly (string | null)[]): string | null {
  const said = parts.filter((part) => part !== null && part !== "");
  return said.length === 0 ? null : said.join(" ");
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
