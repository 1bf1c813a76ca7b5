/**
 * The drafts of one import while they are written: several resources add to one record, each piece is checked against the record
 * type as it comes, and every piece remembers its sources.
 */
import { z } from "zod";

import {
  canonicalize,
  defaultCanonicalLimits,
  type JsonValue,
} from "../../canonical/canonical-json.ts";
import { encodeUtf8 } from "../../canonical/utf8.ts";
import type { RecordId } from "../../ids.ts";
import type { RecordType } from "../../records/define-record.ts";
import { groupOf } from "../../records/record-types.ts";
import { derivedEntryId, identityOfContent } from "./derived-id.ts";
import type { RecordDraft } from "./record-draft.ts";

/** Room for the attribution that a statement carries beside its content. */
const maxContentBytes = defaultCanonicalLimits.maxBytes - 4_096;

export interface OpenDraft {
  readonly type: RecordType;
  readonly recordId: RecordId;
  readonly parentId: RecordId;
  readonly fields: Record<string, JsonValue>;
  readonly entries: Record<string, Record<string, JsonValue>>;
  readonly groups: Record<string, OpenGroup>;
  readonly archive: Record<string, Record<string, JsonValue>>;
  readonly origins: Map<string, Set<number>>;
}

/** A content on its way: its parts, the values apart from the entries. */
interface OpenGroup {
  readonly values: Record<string, JsonValue>;
  readonly entries: Record<string, Record<string, JsonValue>>;
}

export interface DraftBook {
  /** The draft of that id, opened at the first call. */
  open(type: RecordType, recordId: RecordId, parentId: RecordId): OpenDraft;
  get(recordId: RecordId): OpenDraft | undefined;
  all(): readonly OpenDraft[];
  discard(recordId: RecordId): void;
}

export function createDraftBook(): DraftBook {
  const byId = new Map<RecordId, OpenDraft>();
  return {
    open(type, recordId, parentId) {
      const known = byId.get(recordId);
      if (known !== undefined) return known;
      const draft: OpenDraft = {
        type,
        recordId,
        parentId,
        fields: {},
        entries: {},
        groups: {},
        archive: {},
        origins: new Map(),
      };
      byId.set(recordId, draft);
      return draft;
    },
    get: (recordId) => byId.get(recordId),
    all: () => [...byId.values()],
    discard: (recordId) => void byId.delete(recordId),
  };
}

/** False where the type's schema refuses the value; undefined says nothing and changes nothing. */
export function putField(
  draft: OpenDraft,
  name: string,
  value: JsonValue | undefined,
  source: number,
): boolean {
  if (value === undefined) return true;
  const field = draft.type.fields[name];
  const isValid =
    field?.kind === "scalar"
      ? field.schema.safeParse(value).success
      : field?.kind === "ordered"
        ? typeof value === "string" && field.order.includes(value)
        : field?.kind === "text" && typeof value === "string";
  if (!isValid) return false;
  draft.fields[name] = value;
  addOrigin(draft, name, source);
  return true;
}

/** Without an `identity`, an entry is known by what it says: the same said twice is one entry. */
export function putEntry(
  draft: OpenDraft,
  name: string,
  value: JsonValue,
  source: number,
  identity = identityOfContent(value),
): boolean {
  const field = draft.type.fields[name];
  if (field?.kind !== "set" || !field.schema.safeParse(value).success)
    return false;
  const entryId = derivedEntryId(draft.recordId, name, identity);
  (draft.entries[name] ??= {})[entryId] = value;
  addOrigin(draft, `${name}/${entryId}`, source);
  return true;
}

/** An entry of a group's part; into the archive where it has ended. False where the schema refuses it. */
export function putGroupEntry(
  draft: OpenDraft,
  groupName: string,
  partName: string,
  value: JsonValue,
  source: number,
  identity = identityOfContent(value),
): boolean {
  const part = groupOf(draft.type, groupName)?.parts[partName];
  if (part?.kind !== "entries" || !part.schema.safeParse(value).success)
    return false;
  const entryId = derivedEntryId(
    draft.recordId,
    `${groupName}.${partName}`,
    identity,
  );
  if (part.isEnded(value)) {
    (draft.archive[groupName] ??= {})[entryId] = value;
    addOrigin(draft, `archive/${groupName}/${entryId}`, source);
  } else {
    (openGroup(draft, groupName).entries[partName] ??= {})[entryId] = value;
    addOrigin(draft, `${groupName}.${partName}/${entryId}`, source);
  }
  return true;
}

export function putGroupValue(
  draft: OpenDraft,
  groupName: string,
  partName: string,
  value: JsonValue | undefined,
  source: number,
): boolean {
  if (value === undefined) return true;
  const part = groupOf(draft.type, groupName)?.parts[partName];
  if (part?.kind !== "value" || !part.schema.safeParse(value).success)
    return false;
  openGroup(draft, groupName).values[partName] = value;
  addOrigin(draft, `${groupName}.${partName}`, source);
  return true;
}

/** The entries of a part as they stand in the draft. */
export function groupEntries(
  draft: OpenDraft,
  groupName: string,
  partName: string,
): Readonly<Record<string, JsonValue>> {
  return draft.groups[groupName]?.entries[partName] ?? {};
}

/** What a part says in the draft; undefined where no source has said anything. */
export function groupValue(
  draft: OpenDraft,
  groupName: string,
  partName: string,
): JsonValue | undefined {
  return draft.groups[groupName]?.values[partName];
}

/** Whether every statement fits its limit; a statement is written whole or not at all. */
export function fitsStatements(draft: OpenDraft): boolean {
  return Object.values(draft.groups).every(
    (group) =>
      encodeUtf8(canonicalize(contentOf(group))).length <= maxContentBytes,
  );
}

export function sourcesOf(draft: OpenDraft): ReadonlySet<number> {
  return new Set([...draft.origins.values()].flatMap((found) => [...found]));
}

export function closeDraft(draft: OpenDraft): RecordDraft {
  const { type, recordId, parentId, fields, entries, archive } = draft;
  const groups = Object.fromEntries(
    Object.entries(draft.groups).map(([name, group]) => [
      name,
      contentOf(group),
    ]),
  );
  return {
    recordId,
    type: type.type,
    parentId,
    fields,
    entries,
    groups,
    archive,
    origins: Object.fromEntries(
      [...draft.origins].map(([piece, found]) => [
        piece,
        [...found].toSorted((left, right) => left - right),
      ]),
    ),
  };
}

/** A group of the draft, begun with what stands before anyone has signed. */
function openGroup(draft: OpenDraft, groupName: string): OpenGroup {
  const known = draft.groups[groupName];
  if (known !== undefined) return known;
  const group: OpenGroup = { values: {}, entries: {} };
  const parts = groupOf(draft.type, groupName)?.parts ?? {};
  for (const [name, part] of Object.entries(parts)) {
    if (part.kind === "entries") group.entries[name] = {};
    else group.values[name] = z.json().parse(part.initial);
  }
  draft.groups[groupName] = group;
  return group;
}

function contentOf({
  values,
  entries,
}: OpenGroup): Readonly<Record<string, JsonValue>> {
  return { ...values, ...entries };
}

function addOrigin(draft: OpenDraft, piece: string, source: number): void {
  const known = draft.origins.get(piece);
  if (known === undefined) draft.origins.set(piece, new Set([source]));
  else known.add(source);
}
