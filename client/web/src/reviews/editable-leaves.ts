/** The words and numbers of a value that a person may write anew where no answer is right; everything else of it stays. SPEC AP-66. */
import type { JsonValue } from "@suture/schema";

export interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: string | number;
}

/** Codes, ids and statuses are not typed: they stay as they are. */
const notTyped: ReadonlySet<string> = new Set([
  "system",
  "coding",
  "status",
  "clinicalStatus",
  "verificationStatus",
  "kind",
  "source",
  "recordId",
  "teamId",
  "locationId",
  "closes",
  "reference",
  "sequence",
  "version",
  "type",
  "category",
]);

export function editableLeaves(
  value: JsonValue,
  path: Leaf["path"] = [],
): readonly Leaf[] {
  if (typeof value === "string" || typeof value === "number")
    return [{ path, value }];
  if (typeof value !== "object" || value === null) return [];
  if (isList(value))
    return value.flatMap((each, at) => editableLeaves(each, [...path, at]));
  return Object.entries(value).flatMap(([key, each]) =>
    notTyped.has(key) ? [] : editableLeaves(each, [...path, key]),
  );
}

/** The value with that leaf written anew. A number stays one, where what was typed is one. */
export function withLeaf(
  value: JsonValue,
  path: Leaf["path"],
  typed: string,
): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) {
    if (typeof value !== "number") return typed;
    // What is no number stays as it was typed, for the schema to refuse.
    return typed.trim() === "" || Number.isNaN(Number(typed))
      ? typed
      : Number(typed);
  }
  if (isList(value))
    return value.map((each, at) =>
      at === step ? withLeaf(each, rest, typed) : each,
    );
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === step ? withLeaf(each, rest, typed) : each,
    ]),
  );
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
