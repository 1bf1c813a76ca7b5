/**
 * Compares what an import would have a record be with what it holds, piece by piece. SPEC IM-11, IM-12.
 *
 * A piece is written if it is new, or if its source says something new since the last import and nobody else has touched it.
 * What somebody changed here since stays as it is; an open conflict is left to those who resolve it. A source that says what it
 * said before asks for nothing, so importing the same thing again plans nothing. Nothing is ever taken away.
 */
import {
  canonicalize,
  contentProblem,
  encodeUtf8,
  entriesOf,
  generalInitial,
  groupOf,
  isConflict,
  maxEntryBytes,
  maxStatementBytes,
  partsOf,
  readFields,
  readText,
} from "@suture/schema";
import type {
  Content,
  Entries,
  Field,
  GroupDefinition,
  JsonValue,
  RecordDraft,
  RecordType,
} from "@suture/schema";
import { groupEntryPiece, groupValuePiece, setEntryPiece } from "./piece.ts";
import { saysTheSame, type ImportedRecord } from "./read-known-record.ts";

/** Why a piece that a source gives is not written. */
export type Untouched =
  | "unchanged"
  /** Somebody changed it here since it was imported, or wrote it before. */
  | "kept-local"
  | "in-conflict"
  /** An entry that is only ever written once, and is here in other words. */
  | "written-once"
  /** Together with what stands here now it would contradict itself. */
  | "does-not-fit"
  | "too-large";

/** `origin` is the draft's name for the piece. */
export interface PlannedValue {
  readonly origin: string;
  readonly value: JsonValue;
}

export interface PlannedEntry extends PlannedValue {
  /** A set field, or the group whose archive it is. */
  readonly name: string;
  readonly entryId: string;
}

export interface PlannedStatement {
  readonly group: string;
  readonly content: Content;
  readonly origins: readonly string[];
  /** Entries that leave the content with this statement. */
  readonly archive: readonly PlannedEntry[];
}

export interface RecordPlan {
  readonly fields: readonly (PlannedValue & { readonly name: string })[];
  readonly entries: readonly PlannedEntry[];
  readonly statements: readonly PlannedStatement[];
  /** Entries that had ended before they came here. */
  readonly archive: readonly PlannedEntry[];
  readonly texts: readonly (PlannedValue & {
    readonly name: string;
    readonly value: string;
  })[];
  readonly untouched: ReadonlyMap<string, Untouched>;
}

type Plan = {
  -readonly [
    Name in keyof RecordPlan
  ]: RecordPlan[Name] extends readonly (infer T)[]
    ? T[]
    : Map<string, Untouched>;
};

/** Room for the attribution that a statement carries beside its content. */
const maxContentBytes = maxStatementBytes - 4_096;

/** `known` is undefined for a record that is not here yet. */
export function planRecord(
  type: RecordType,
  draft: RecordDraft,
  known: ImportedRecord | undefined,
): RecordPlan {
  const plan: Plan = {
    fields: [],
    entries: [],
    statements: [],
    archive: [],
    texts: [],
    untouched: new Map(),
  };
  planFields(plan, type, draft, known);
  planEntries(plan, type, draft, known);
  const groups = new Set([
    ...Object.keys(draft.groups),
    ...Object.keys(draft.archive),
  ]);
  for (const name of groups) {
    const group = groupOf(type, name);
    if (group !== undefined) planGroup(plan, name, group, draft, known);
  }
  return plan;
}

interface Comparison {
  readonly source: JsonValue;
  /** What an import last said; undefined if none did. */
  readonly imported: JsonValue | undefined;
  readonly current: JsonValue | undefined;
}

function compare({
  source,
  imported,
  current,
}: Comparison): "write" | "unchanged" | "kept-local" {
  if (saysTheSame(source, current) || saysTheSame(source, imported))
    return "unchanged";
  return saysTheSame(current, imported) ? "write" : "kept-local";
}

function planFields(
  plan: Plan,
  type: RecordType,
  draft: RecordDraft,
  known: ImportedRecord | undefined,
): void {
  const values = known === undefined ? {} : readFields(type, known.fold);
  for (const [name, value] of Object.entries(draft.fields)) {
    const field = type.fields[name];
    const current =
      known === undefined
        ? undefined
        : currentField(type, name, field, values[name], known);
    const imported = known?.imported.get(name);
    const isContested = (known?.fold.livePred(name).length ?? 0) > 1;
    const verdict = compare({ source: value, imported, current });
    if (verdict !== "write") plan.untouched.set(name, verdict);
    else if (isContested && field?.kind !== "text")
      plan.untouched.set(name, "kept-local");
    else if (field?.kind === "text") {
      if (typeof value === "string")
        plan.texts.push({ origin: name, name, value });
    } else plan.fields.push({ origin: name, name, value });
  }
}

function currentField(
  type: RecordType,
  name: string,
  field: Field | undefined,
  value: unknown,
  known: ImportedRecord,
): JsonValue | undefined {
  if (field?.kind === "text") {
    const text = readText(type, name, known.changes);
    return text === "" ? undefined : text;
  }
  return typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
    ? value
    : undefined;
}

function planEntries(
  plan: Plan,
  type: RecordType,
  draft: RecordDraft,
  known: ImportedRecord | undefined,
): void {
  for (const [name, drafted] of Object.entries(draft.entries)) {
    const field = type.fields[name];
    const held = known?.fold.entries(name) ?? {};
    for (const [entryId, value] of Object.entries(drafted)) {
      const origin = `${name}/${entryId}`;
      const piece = setEntryPiece(name, entryId);
      const current = held[entryId];
      const verdict = compare({
        source: value,
        imported: known?.imported.get(piece),
        current,
      });
      const isContested = (known?.fold.livePred(piece).length ?? 0) > 1;
      if (verdict !== "write") plan.untouched.set(origin, verdict);
      else if (isContested) plan.untouched.set(origin, "kept-local");
      else if (isTooLarge(value, maxEntryBytes))
        plan.untouched.set(origin, "too-large");
      else if (
        current !== undefined &&
        field?.kind === "set" &&
        field.appendOnlyUntil !== undefined &&
        statusOf(value) !== field.appendOnlyUntil
      )
        plan.untouched.set(origin, "written-once");
      else plan.entries.push({ origin, name, entryId, value });
    }
  }
}

function planGroup(
  plan: Plan,
  name: string,
  group: GroupDefinition,
  draft: RecordDraft,
  known: ImportedRecord | undefined,
): void {
  const live = known?.fold.live(name) ?? [];
  const winner = live.at(-1);
  const initial = generalInitial(group);
  const content =
    known === undefined || winner === undefined
      ? initial
      : known.fold.statementOf(winner).content;
  const archived = known?.fold.archive(name) ?? {};
  const isContested =
    known !== undefined && isConflict(group, live, known.fold);
  const edit = new GroupEdit(name, content);
  const weigh = (
    origin: string,
    piece: string,
    source: JsonValue,
    current: JsonValue | undefined,
    before: JsonValue | undefined,
  ): boolean => {
    const imported = known?.imported.get(piece) ?? before;
    const verdict = isContested
      ? saysTheSame(source, imported)
        ? "unchanged"
        : "in-conflict"
      : compare({ source, imported, current });
    // A new record is signed as a whole, with what stands initially.
    if (verdict === "write" || (known === undefined && before !== undefined))
      return true;
    plan.untouched.set(origin, verdict);
    return false;
  };

  for (const [partName, part] of partsOf(group)) {
    const stated = draft.groups[name]?.[partName];
    const origin = `${name}.${partName}`;
    if (part.kind === "value") {
      // Where no source says anything, the draft repeats what stands initially.
      if (stated === undefined || draft.origins[origin] === undefined) continue;
      const current = content[partName];
      const piece = groupValuePiece(name, partName);
      if (weigh(origin, piece, stated, current, initial[partName]))
        edit.setValue(origin, partName, stated);
      continue;
    }
    for (const [entryId, entry] of Object.entries(
      entriesOf(draft.groups[name] ?? {}, partName),
    )) {
      const current =
        entriesOf(content, partName)[entryId] ?? archived[entryId];
      const piece = groupEntryPiece(name, entryId);
      const origin = `${name}.${partName}/${entryId}`;
      if (weigh(origin, piece, entry, current, undefined))
        edit.setEntry(origin, partName, entryId, entry);
    }
  }
  for (const [entryId, entry] of Object.entries(draft.archive[name] ?? {})) {
    const origin = `archive/${name}/${entryId}`;
    const current = currentEntry(group, content, entryId) ?? archived[entryId];
    const piece = groupEntryPiece(name, entryId);
    if (!weigh(origin, piece, entry, current, undefined)) continue;
    if (isTooLarge(entry, maxEntryBytes))
      plan.untouched.set(origin, "too-large");
    else edit.archive({ origin, name, entryId, value: entry });
  }
  finishGroup(plan, group, edit);
}

function finishGroup(
  plan: Plan,
  group: GroupDefinition,
  edit: GroupEdit,
): void {
  plan.archive.push(...edit.loneArchive);
  if (!edit.isSigned) return;
  const { name, content, origins, leaving } = edit;
  const problem = isTooLarge(content, maxContentBytes)
    ? "too-large"
    : contentProblem(group, content) === null
      ? null
      : "does-not-fit";
  if (problem === null) {
    plan.statements.push({ group: name, content, origins, archive: leaving });
    return;
  }
  for (const origin of [...origins, ...leaving.map((entry) => entry.origin)])
    plan.untouched.set(origin, problem);
}

/** A group's content on its way from what stands to what the import says. */
class GroupEdit {
  readonly name: string;
  readonly origins: string[] = [];
  readonly leaving: PlannedEntry[] = [];
  readonly loneArchive: PlannedEntry[] = [];
  #content: Content;

  constructor(name: string, content: Content) {
    this.name = name;
    this.#content = content;
  }

  get content(): Content {
    return this.#content;
  }

  get isSigned(): boolean {
    return this.origins.length > 0 || this.leaving.length > 0;
  }

  setValue(origin: string, part: string, value: JsonValue): void {
    this.#content = { ...this.#content, [part]: value };
    this.origins.push(origin);
  }

  setEntry(
    origin: string,
    part: string,
    entryId: string,
    entry: JsonValue,
  ): void {
    const entries = { ...entriesOf(this.#content, part), [entryId]: entry };
    this.#content = { ...this.#content, [part]: entries };
    this.origins.push(origin);
  }

  archive(entry: PlannedEntry): void {
    const part = Object.keys(this.#content).find((name) =>
      Object.hasOwn(entriesOf(this.#content, name), entry.entryId),
    );
    if (part === undefined) {
      this.loneArchive.push(entry);
      return;
    }
    const { [entry.entryId]: _left, ...kept } = entriesOf(this.#content, part);
    this.#content = { ...this.#content, [part]: kept };
    this.leaving.push(entry);
  }
}

function currentEntry(
  group: GroupDefinition,
  content: Content,
  entryId: string,
): JsonValue | undefined {
  for (const [name, part] of partsOf(group)) {
    if (part.kind !== "entries") continue;
    const entries: Entries = entriesOf(content, name);
    if (Object.hasOwn(entries, entryId)) return entries[entryId];
  }
  return undefined;
}

function isTooLarge(value: JsonValue, maxBytes: number): boolean {
  return encodeUtf8(canonicalize(value)).length > maxBytes;
}

function statusOf(value: JsonValue): unknown {
  return typeof value === "object" && value !== null && "status" in value
    ? value.status
    : undefined;
}
