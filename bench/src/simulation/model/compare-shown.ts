/** What somebody reads of a record against what the changes that they hold say it is. */
import { isPlainObject, textOf } from "./canonical-text.ts";
import { contentTexts, type ExpectedRecord } from "./record-model.ts";

/** A record as a reader of Suture shows it. */
export interface ShownRecord {
  readonly heads: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly groups: Readonly<Record<string, GroupAsShown>>;
}

export type GroupAsShown =
  | { readonly status: "settled"; readonly content: unknown }
  | { readonly status: "conflict"; readonly contents: readonly unknown[] };

/** What a record type says of its fields that no change does: the order of those that have one. */
export type OrderOf = (field: string) => readonly string[] | undefined;

/** Says what differs; undefined if nothing does. */
export function differsInFields(
  shown: Pick<ShownRecord, "fields">,
  expected: ExpectedRecord,
  orderOf: OrderOf,
): string | undefined {
  for (const [field, value] of Object.entries(shown.fields)) {
    const words = fieldDiffers(field, value, expected, orderOf);
    if (words !== undefined) return words;
  }
  return entryIsMissing(shown.fields, expected);
}

/** A group with different live statements is a conflict of exactly these; any other has the content of one that is live. */
export function differsInGroups(
  shown: Pick<ShownRecord, "groups">,
  expected: ExpectedRecord,
): string | undefined {
  for (const [group, { live, isConflict }] of expected.groups) {
    const reading = shown.groups[group];
    if (reading === undefined) return `${group} is not shown at all`;
    const stated = contentTexts(live);
    if (isConflict !== (reading.status === "conflict"))
      return `${group} is shown as ${reading.status}, and ${live.length} statements are live: ${stated.join(" | ")}`;
    const texts =
      reading.status === "conflict"
        ? reading.contents.map(textOf)
        : [textOf(reading.content)];
    const isRight =
      reading.status === "conflict"
        ? sameTexts(new Set(texts), new Set(stated))
        : texts.every((text) => stated.includes(text));
    if (!isRight)
      return `${group} is shown as ${texts.join(" | ")} instead of ${stated.join(" | ")}`;
  }
  for (const [group, reading] of Object.entries(shown.groups))
    if (reading.status === "conflict" && !expected.groups.has(group))
      return `${group} is shown as a conflict, and nobody has signed it`;
  return undefined;
}

function fieldDiffers(
  field: string,
  value: unknown,
  { live, counters, pieces }: ExpectedRecord,
  orderOf: OrderOf,
): string | undefined {
  const sum = counters.get(field);
  if (sum !== undefined)
    return value === sum
      ? undefined
      : `${field} counts ${textOf(value)} instead of ${sum}`;
  const typed = pieces.get(field);
  if (typed !== undefined) {
    const text = String(value);
    const missing = typed.find((piece) => !isWithin(piece, text));
    if (missing !== undefined)
      return `${field} lacks what was typed: ${missing}`;
    return typed.join("").length > text.length
      ? `${field} is shorter than what was typed: ${text}`
      : undefined;
  }
  const writes = live.get(field);
  if (writes !== undefined) {
    const stands = standing(
      writes.map((write) => write.value ?? undefined),
      orderOf(field),
    );
    return textOf(value) === textOf(stands)
      ? undefined
      : `${field} is shown as ${textOf(value)} instead of ${textOf(stands)}`;
  }
  if (!isPlainObject(value)) return undefined;
  for (const [entryId, entry] of Object.entries(value)) {
    const stands = live.get(`${field}/${entryId}`)?.at(-1)?.value;
    if (textOf(entry) !== textOf(stands))
      return `${field}/${entryId} is shown as ${textOf(entry)} instead of ${textOf(stands)}`;
  }
  return undefined;
}

/** Whether every character is there, in its order: others may have typed between them. */
function isWithin(piece: string, text: string): boolean {
  let from = 0;
  for (const character of piece) {
    const at = text.indexOf(character, from);
    if (at < 0) return false;
    from = at + character.length;
  }
  return true;
}

/** The last one by Automerge's order; of an ordered field the furthest. */
function standing(
  values: readonly unknown[],
  order: readonly string[] | undefined,
): unknown {
  return order === undefined
    ? values.at(-1)
    : order.findLast((one) => values.includes(one));
}

function entryIsMissing(
  fields: ShownRecord["fields"],
  { live }: ExpectedRecord,
): string | undefined {
  for (const key of live.keys()) {
    const [field = "", entryId, more] = key.split("/");
    if (entryId === undefined || more !== undefined) continue;
    const shown = fields[field];
    if (isPlainObject(shown) && shown[entryId] === undefined)
      return `${key} is not shown`;
  }
  return undefined;
}

function sameTexts(
  left: ReadonlySet<string>,
  right: ReadonlySet<string>,
): boolean {
  return left.size === right.size && [...left].every((text) => right.has(text));
}
