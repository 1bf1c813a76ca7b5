/**
 * What a record holds, and what an import last said about each piece of it: both read from the record's own changes, so that
 * there is no second book of what was imported that a crash could leave behind or ahead of the record.
 */
import {
  canonicalize,
  decodeChange,
  defaultChangeLimits,
  entriesOf,
  generalInitial,
  groupOf,
  interpretChange,
  partsOf,
  readText,
  RecordFold,
} from "@suture/schema";
import type {
  ChangeHash,
  Content,
  Edit,
  GroupDefinition,
  JsonValue,
  ReadTransaction,
  RecordId,
  RecordType,
} from "@suture/schema";
import { changeBytesTable, recordsTable } from "../log/log-tables.ts";
import { loadRecordMemory } from "../log/record-memory.ts";
import { groupEntryPiece, groupValuePiece, setEntryPiece } from "./piece.ts";
import type { KnownRecord } from "./record-editor.ts";

export interface ImportedRecord extends KnownRecord {
  /** By piece: the value an import last gave it. Restating what somebody else had written is not giving it. */
  readonly imported: ReadonlyMap<string, JsonValue>;
}

/** Undefined for a record that is not here. */
export async function readKnownRecord(
  tx: ReadTransaction,
  type: RecordType,
  recordId: RecordId,
  importMemberId: RecordId,
): Promise<ImportedRecord | undefined> {
  const row = await tx.get(recordsTable, [recordId]);
  if (row === undefined) return undefined;
  const memory = await loadRecordMemory(tx, recordId);
  const fold = new RecordFold();
  const imported = new Map<string, JsonValue>();
  const changes: Uint8Array[] = [];
  const bytesByHash = new Map<ChangeHash, Uint8Array>();
  const lastTexts = new Map<string, ChangeHash>();
  for (const { hash, actor } of memory.index.changes()) {
    const bytes = await tx.get(changeBytesTable, [recordId, hash]);
    const change = bytes && decodeChange(bytes, defaultChangeLimits);
    const edits = change?.ok && interpretChange(type, change.value);
    if (bytes === undefined || !edits || !edits.ok)
      throw new Error("a change that was admitted cannot be read");
    changes.push(bytes);
    bytesByHash.set(hash, bytes);
    fold.addChange(edits.value);
    if (memory.authorOf(actor)?.memberId !== importMemberId) continue;
    for (const edit of edits.value) {
      if (edit.kind === "text") lastTexts.set(edit.name, hash);
      else noteImported(imported, type, fold, edit);
    }
  }
  for (const [name, hash] of lastTexts) {
    const seen = [...bytesByHash].flatMap(([other, bytes]) =>
      memory.index.isSeenBy(other, hash) ? [bytes] : [],
    );
    imported.set(name, readText(type, name, seen));
  }
  return { index: memory.index, fold, changes, imported };
}

function noteImported(
  imported: Map<string, JsonValue>,
  type: RecordType,
  fold: RecordFold,
  edit: Edit,
): void {
  switch (edit.kind) {
    case "field":
      imported.set(edit.name, edit.value);
      break;
    case "entry":
      imported.set(setEntryPiece(edit.name, edit.entryId), edit.entry);
      break;
    case "archive":
      imported.set(groupEntryPiece(edit.name, edit.entryId), edit.entry);
      break;
    case "statement": {
      const group = groupOf(type, edit.name);
      const overwritten = edit.pred.at(-1);
      if (group === undefined) break;
      const before =
        overwritten === undefined
          ? generalInitial(group)
          : fold.statementOf(overwritten).content;
      const { content } = edit.statement;
      for (const [piece, value] of changedPieces(
        edit.name,
        group,
        before,
        content,
      ))
        imported.set(piece, value);
      break;
    }
    default:
      break;
  }
}

function changedPieces(
  groupName: string,
  group: GroupDefinition,
  before: Content,
  after: Content,
): readonly (readonly [string, JsonValue])[] {
  return partsOf(group).flatMap(([name, part]) => {
    const value = after[name] ?? null;
    if (part.kind === "value")
      return saysTheSame(before[name] ?? null, value)
        ? []
        : [[groupValuePiece(groupName, name), value] as const];
    const held = entriesOf(before, name);
    return Object.entries(entriesOf(after, name)).flatMap(([entryId, entry]) =>
      saysTheSame(held[entryId], entry)
        ? []
        : [[groupEntryPiece(groupName, entryId), entry] as const],
    );
  });
}

export function saysTheSame(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalize(left) === canonicalize(right);
}
