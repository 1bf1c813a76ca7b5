/** What a change did, line by line, in words: for timelines and for "what changed since you opened this form". SPEC AP-26. */
import {
  entriesOf,
  groupOf,
  type Content,
  type JsonValue,
  type RecordType,
} from "@suture/schema";
import type { HistoryEdit } from "@suture/client";

import { valueWords } from "../reviews/value-words.ts";
import { isObject, nameWords, type Names } from "../reviews/word-parts.ts";

export interface ChangeLine {
  /** The field, or the part of a group. */
  readonly what: string;
  /** Null where nothing stood there. */
  readonly before: string | null;
  /** Null where nothing stands there any more. */
  readonly after: string | null;
}

/** Nothing for what a person does not read: containers, parents, and entries that went into an archive. */
export function changeLines(
  type: RecordType,
  edit: HistoryEdit,
  names: Names,
): readonly ChangeLine[] {
  const { kind, name, before, after } = edit;
  if (name === null) return [];
  const said = (value: unknown) =>
    isNothing(value) ? null : valueWords(name, value, names);
  switch (kind) {
    case "statement":
      return statementLines(type, name, before, after, names);
    case "field":
    case "entry":
    case "increment":
      return [
        {
          what: nameWords(name, names),
          before: said(before.at(-1)),
          after: said(after),
        },
      ];
    case "cleared":
    case "text":
      return [
        {
          what: nameWords(name, names),
          before: said(before.at(-1)),
          after: null,
        },
      ];
    default:
      return [];
  }
}

function statementLines(
  type: RecordType,
  groupName: string,
  before: readonly unknown[],
  after: unknown,
  names: Names,
): readonly ChangeLine[] {
  const group = groupOf(type, groupName);
  const now = contentOf(after);
  if (group === undefined || now === null) return [];
  const stood = contentOf(before.at(-1)) ?? {};
  return Object.entries(group.parts).flatMap(([part, { kind }]) => {
    const what = nameWords(part, names);
    const said = (value: JsonValue | undefined) =>
      isNothing(value) ? null : valueWords(part, value, names);
    if (kind === "value")
      return isSame(stood[part] ?? null, now[part] ?? null)
        ? []
        : [{ what, before: said(stood[part]), after: said(now[part]) }];
    const was = entriesOf(stood, part);
    const is = entriesOf(now, part);
    const ids = new Set([...Object.keys(was), ...Object.keys(is)]);
    return [...ids].flatMap((id) =>
      isSame(was[id], is[id])
        ? []
        : [{ what, before: said(was[id]), after: said(is[id]) }],
    );
  });
}

function contentOf(value: unknown): Content | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a statement's content, as the history gives it
  return isObject(value) ? (value as Content) : null;
}

function isNothing(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (Array.isArray(value) && value.length === 0)
  );
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
