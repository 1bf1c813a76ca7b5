/**
 * Long records open from packs of what their changes mean, so that a record with a thousand changes opens as fast as its rows are
 * read, and short ones that are shown again and again without reading them anew. Packed is what has been read from its chunk. SPEC CL-25.
 */
import {
  decodeUtf8,
  digest,
  encodeStatement,
  encodeUtf8,
  foldStatement,
  schemaVersion,
  type ChangeHash,
  type ChangeIndex,
  type Edit,
  type IndexedChange,
  type OpId,
  type ReadTransaction,
  type RecordId,
  type RecordType,
  type Statement,
  type StatementOp,
  type WriteTransaction,
} from "@suture/schema";

import {
  decodePack,
  encodePack,
  type PackedChange,
  type PackedEdit,
} from "../store/change-pack.ts";
import { changePacksTable } from "../store/client-tables.ts";
import type { LocalChange } from "../store/local-change.ts";

/** So many are packed at a time; fewer are read from their chunks in a few milliseconds. */
export const packSize = 32;

/** What a change means to its record. */
export interface ReadChange {
  readonly row: LocalChange;
  readonly edits: readonly Edit[];
  readonly indexed: IndexedChange;
}

/** Whether changes of the type may be packed: a text is put together from the chunks, so they are read anyway. */
export function isPackable(type: RecordType): boolean {
  return Object.values(type.fields).every(({ kind }) => kind !== "text");
}

/** By hash; none of those that were read by other rules than this program's. */
export async function readPacks(
  tx: ReadTransaction,
  type: RecordType,
  recordId: RecordId,
): Promise<ReadonlyMap<ChangeHash, PackedChange>> {
  const packed = new Map<ChangeHash, PackedChange>();
  if (!isPackable(type)) return packed;
  const readBy = rulesOf(type);
  for (const { value } of await tx.scan(changePacksTable, {
    prefix: [recordId],
  })) {
    const pack = decodePack(value);
    if (pack.readBy !== readBy) continue;
    for (const change of pack.changes) packed.set(change.hash, change);
  }
  return packed;
}

/** Packs changes that were read from their chunks, in causal order; fewer than `leastCount` wait for more. Gives back which it packed. */
export async function writePacks(
  tx: WriteTransaction,
  type: RecordType,
  recordId: RecordId,
  read: readonly ReadChange[],
  leastCount: number,
): Promise<readonly ChangeHash[]> {
  const packed: ChangeHash[] = [];
  for (let at = 0; at + leastCount <= read.length; at += packSize) {
    const changes = read.slice(at, at + packSize);
    const last = Math.max(...changes.map(({ row }) => row.localNumber));
    const pack = { readBy: rulesOf(type), changes: changes.map(packChange) };
    await tx.put(changePacksTable, [recordId, last], encodePack(pack));
    packed.push(...changes.map(({ row }) => row.hash));
  }
  return packed;
}

function packChange({ row, edits, indexed }: ReadChange): PackedChange {
  const { actor, seq, startOp, opCount, writes, isRooted } = indexed;
  return {
    hash: row.hash,
    actor,
    seq,
    startOp,
    opCount,
    writes,
    isRooted,
    edits: edits.map(packEdit),
  };
}

function packEdit(edit: Edit): PackedEdit {
  if (edit.kind !== "statement") return edit;
  const { statement, ...rest } = edit;
  return { ...rest, text: encodeUtf8(encodeStatement(statement)) };
}

/** As reading its chunk gave it. Everything it builds on must be in the index. */
export function unpackChange(
  index: ChangeIndex,
  { deps }: LocalChange,
  packed: PackedChange,
): Pick<ReadChange, "edits" | "indexed"> {
  const { hash, actor, seq, startOp, opCount, writes, isRooted } = packed;
  const edits: Edit[] = [];
  const statements: Record<string, StatementOp> = {};
  let live = index.allLiveAt(deps);
  for (const edit of packed.edits) {
    if (edit.kind !== "statement") {
      edits.push(edit);
      continue;
    }
    const { opId, pred, name } = edit;
    edits.push(new UnpackedStatement(edit));
    statements[name] = { opId, pred };
    live = { ...live, [name]: foldStatement(live[name] ?? [], { opId, pred }) };
  }
  const place = { hash, actor, seq, startOp, opCount, deps, writes, isRooted };
  return { edits, indexed: { ...place, statements, live } };
}

class UnpackedStatement {
  readonly kind = "statement";
  readonly opId: OpId;
  readonly pred: readonly OpId[];
  readonly name: string;
  readonly #text: Uint8Array;
  #statement: Statement | undefined;

  constructor(packed: Extract<PackedEdit, { readonly kind: "statement" }>) {
    this.opId = packed.opId;
    this.pred = packed.pred;
    this.name = packed.name;
    this.#text = packed.text;
  }

  get statement(): Statement {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the text of a statement that was read
    return (this.#statement ??= JSON.parse(
      decodeUtf8(this.#text) ?? "",
    ) as Statement);
  }
}

/** Worked out once for each type: it takes longer than all else about opening a short record from its packs. */
const rulesByType = new WeakMap<RecordType, string>();

/** A schema only accepts or refuses a value, so what was read once stays as it is; what a key means follows from these. */
function rulesOf(definition: RecordType): string {
  const known = rulesByType.get(definition);
  if (known !== undefined) return known;
  const { type, fields, groups } = definition;
  const kinds = (parts: Readonly<Record<string, { readonly kind: string }>>) =>
    Object.fromEntries(
      Object.entries(parts).map(([name, { kind }]) => [name, kind]),
    );
  const rules = digest({
    schemaVersion,
    type,
    fields: kinds(fields),
    groups: Object.fromEntries(
      Object.entries(groups).map(([name, { parts }]) => [name, kinds(parts)]),
    ),
  });
  rulesByType.set(definition, rules);
  return rules;
}
