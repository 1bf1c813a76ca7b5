/** What a list needs in order to find a record: a label and the words in it. Derived from the record whenever it changed. */
import {
  groupOf,
  readFields,
  readGroup,
  type SaidByRecord,
} from "@suture/schema";

import type { ViewRow } from "../store/client-tables.ts";
import { normalizeTerm } from "../store/normalize-term.ts";
import { conflictsOf } from "./record-status.ts";
import type { RecordState } from "./record-state.ts";

/** Groups by which a record is found; others, such as what is prescribed, are no business of a list. */
const foundBy: ReadonlySet<string> = new Set(["identity", "slot"]);
const labelFields = [
  "name",
  "displayName",
  "deviceName",
  "title",
  "description",
];
const maxTerms = 200;

export function viewOf(state: RecordState): ViewRow {
  const { type, fold, recordId } = state;
  const values = readFields(type, fold);
  const named = labelFields.flatMap((name) =>
    typeof values[name] === "string" ? [values[name]] : [],
  );
  const contents = Object.keys(type.groups)
    .filter((name) => foundBy.has(name))
    .flatMap((name) => statedContents(state, name));
  const words = [
    ...(type.wordsOf?.(saidBy(state)) ?? []),
    ...named,
    ...contents.flatMap(wordsIn),
    ...contents.flatMap(spokenNamesIn),
    ...Object.values(values).filter((value) => typeof value === "string"),
  ].filter((word) => word.length <= 200);
  return {
    recordId,
    parentId: fold.parentId(),
    // Every candidate's words stand in it while a name is contested: nothing is chosen for a list.
    label: [...new Set([...named, ...contents.flatMap(nameIn)])].join(" / "),
    terms: [...new Set(words.map(normalizeTerm))].slice(0, maxTerms),
    conflicts: [...conflictsOf(state)],
    isEnteredInError: isEnteredInError(state),
  };
}

function saidBy(state: RecordState): SaidByRecord {
  return {
    valuesOf: (field) => state.fold.scalars(field),
    settled: (name) => settledIn(state, name),
  };
}

function statedContents(state: RecordState, name: string): readonly unknown[] {
  const reading = readingOf(state, name);
  if (reading === undefined) return [];
  return reading.status === "settled"
    ? [reading.content]
    : reading.candidates.map(({ content }) => content);
}

/** While contested the record counts as active: hiding a real one is the worse mistake. */
function isEnteredInError(state: RecordState): boolean {
  return settledIn(state, "recordStatus")?.["status"] === "entered-in-error";
}

function settledIn(state: RecordState, name: string) {
  const reading = readingOf(state, name);
  return reading?.status === "settled" ? reading.content : null;
}

function readingOf({ type, index, fold }: RecordState, name: string) {
  const group = groupOf(type, name);
  return group && readGroup(group, index.live(name), fold);
}

/** `family, given` of the first human name. */
function nameIn(content: unknown): readonly string[] {
  const [first] = humanNamesIn(content);
  if (first === undefined) return [];
  const { family, given, text } = first;
  const parts = [family.join(" "), given.join(" ")].filter(
    (part) => part !== "",
  );
  return parts.length > 0 ? [parts.join(", ")] : text;
}

/** As people say and type them: `given family`. */
function spokenNamesIn(content: unknown): readonly string[] {
  return humanNamesIn(content)
    .map(({ given, family }) => [...given, ...family].join(" "))
    .filter((name) => name !== "");
}

function humanNamesIn(content: unknown) {
  if (typeof content !== "object" || content === null || !("name" in content))
    return [];
  const names: readonly unknown[] = Array.isArray(content.name)
    ? content.name
    : [];
  return names.flatMap((name) => {
    if (typeof name !== "object" || name === null) return [];
    const family = "family" in name ? stringsIn(name.family) : [];
    const given = "given" in name ? stringsIn(name.given) : [];
    const text = "text" in name ? stringsIn(name.text) : [];
    return [{ family, given, text }];
  });
}

/** What a code says is no name, number or reference. */
const saidInCodes: ReadonlySet<string> = new Set([
  "system",
  "use",
  "status",
  "gender",
]);

function wordsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    saidInCodes.has(key) ? [] : wordsIn(part),
  );
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
