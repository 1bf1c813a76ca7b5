/**
 * Everything known of one record inside a transaction, without loading a document: its index, and of its statements those that
 * were asked for.
 */
import {
  decodeChange,
  defaultChangeLimits,
  groupOf,
  interpretChange,
  RecordFold,
} from "@suture/schema";
import type {
  ChangeHash,
  ChangeIndex,
  Edit,
  OpId,
  ReadTransaction,
  RecordId,
  RecordType,
  Statement,
  StatementSource,
} from "@suture/schema";
import {
  changeBytesTable,
  recordsTable,
  statementsTable,
  type RecordRow,
} from "./log-tables.ts";
import { loadRecordMemory, type RecordMemory } from "./record-memory.ts";

export interface RecordView extends StatementSource {
  readonly index: ChangeIndex;
  /** Makes `statementOf` answer for these. Each costs a row the first time. */
  loadStatements(opIds: readonly OpId[]): Promise<void>;
  /** Throws for a statement that was not loaded. */
  statementOf(opId: OpId): Statement;
  predOf(opId: OpId): readonly OpId[];
  /** The changes that write a set's entry, by its root key. */
  entryWriters(key: string): readonly ChangeHash[];
  /** Decodes the record's changes up to some heads (default: all): for reviews and readers, never to relay a change. */
  loadFold(heads?: readonly ChangeHash[]): Promise<RecordFold>;
}

/** A view for readers; undefined for a record that is not in this partition. */
export async function openRecordView(
  tx: ReadTransaction,
  recordId: RecordId,
  typeOf: (name: string) => RecordType | undefined,
): Promise<
  | {
      readonly row: RecordRow;
      readonly type: RecordType;
      readonly view: RecordView;
    }
  | undefined
> {
  const row = await tx.get(recordsTable, [recordId]);
  const type = row === undefined ? undefined : typeOf(row.recordType);
  if (row === undefined || type === undefined) return undefined;
  const memory = await loadRecordMemory(tx, recordId);
  return { row, type, view: createRecordView(tx, type, recordId, memory) };
}

export function createRecordView(
  tx: ReadTransaction,
  type: RecordType,
  recordId: RecordId,
  memory: RecordMemory,
): RecordView {
  const { index } = memory;
  return {
    index,
    predOf: (opId) => index.predOf(opId),
    entryWriters: (key) => memory.entryWriters(key),
    async loadStatements(opIds) {
      for (const opId of opIds) {
        if (memory.statementOf(opId) === undefined)
          await loadStatement(tx, type, recordId, memory, opId);
      }
    },
    statementOf(opId) {
      const found = memory.statementOf(opId);
      if (found === undefined) throw new Error("the statement was not loaded");
      return found;
    },
    async loadFold(heads = index.heads()) {
      const fold = new RecordFold();
      for (const { hash } of index.changes()) {
        if (index.isSeenByAny(hash, heads))
          fold.addChange(await readEdits(tx, type, recordId, hash));
      }
      return fold;
    },
  };
}

async function loadStatement(
  tx: ReadTransaction,
  type: RecordType,
  recordId: RecordId,
  memory: RecordMemory,
  opId: OpId,
): Promise<void> {
  const row = await tx.get(statementsTable, [recordId, opId]);
  const group = row === undefined ? undefined : groupOf(type, row.group);
  if (row === undefined || group === undefined)
    throw new Error("a statement in the index has no text");
  const pred = memory.index.predOf(opId);
  const statement = memory.readStatement(group, row.text, pred);
  if (!statement.ok)
    throw new Error("a statement that was admitted is not valid");
  memory.keepStatement(opId, group, row.text, statement.value);
}

/** What an admitted change wrote. */
export async function readEdits(
  tx: ReadTransaction,
  type: RecordType,
  recordId: RecordId,
  hash: ChangeHash,
): Promise<readonly Edit[]> {
  const bytes = await tx.get(changeBytesTable, [recordId, hash]);
  if (bytes === undefined)
    throw new Error("a change in the index has no bytes");
  const change = decodeChange(bytes, defaultChangeLimits);
  const edits = change.ok ? interpretChange(type, change.value) : undefined;
  if (edits?.ok !== true)
    throw new Error("a change that was admitted cannot be read");
  return edits.value;
}
