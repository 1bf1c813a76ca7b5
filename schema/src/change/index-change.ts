/**
 * Judges the structure of one change against its record's index and gives the row it would add. No content, no rights.
 *
 * Guaranteed of every row: its dependencies are known, its actor's sequence has no gap and no fork, its `startOp` is exact,
 * and each statement in it overwrites exactly what was live at its dependencies (a false `pred` hides a conflict). Refused
 * besides: deleting a group, two statements of one group, statements of several groups outside creation. SPEC CF-3, AD-4.
 */
import type { StatementOp } from "../clinical/live-set.ts";
import { foldStatement, sameLiveSet } from "../clinical/live-set.ts";
import {
  actorIdSchema,
  changeHashSchema,
  opIdOf,
  opIdSchema,
  type ChangeHash,
} from "../ids.ts";
import type { RecordType } from "../records/define-record.ts";
import { readRootKey } from "../records/record-types.ts";
import { err, ok, type Result } from "../result.ts";
import type { ChangeIndex, IndexedChange } from "./change-index.ts";
import type { DecodedChange } from "./decode-change.ts";
import { isGenesis } from "./genesis.ts";

export type StructureCode =
  | "missing-dependencies"
  | "no-dependencies"
  | "actor-malformed"
  | "sequence-gap"
  | "sequence-fork"
  | "start-op-wrong"
  | "statement-structure"
  | "statement-pred-wrong";

export interface StructureRefusal {
  readonly code: StructureCode;
  readonly reason: string;
  readonly missing?: readonly ChangeHash[];
}

export function indexChange(
  type: RecordType,
  index: ChangeIndex,
  change: DecodedChange,
): Result<IndexedChange, StructureRefusal> {
  const deps = change.deps.map((dep) => changeHashSchema.parse(dep));
  const missing = deps.filter((dep) => !index.has(dep));
  if (missing.length > 0)
    return err({
      code: "missing-dependencies",
      reason: "it builds on changes that are not here",
      missing,
    });
  const actor = actorIdSchema.safeParse(change.actor);
  if (!actor.success)
    return refused("actor-malformed", "the actor id must have 8 to 64 bytes");

  const isCreation = change.ops.some(
    (op) => op.obj === "_root" && op.key === "recordId",
  );
  const isGenesisChange = isGenesis(type, change);
  if (deps.length === 0 && !isCreation && !isGenesisChange)
    return refused(
      "no-dependencies",
      "only a record's creation builds on nothing",
    );
  if (isCreation && (deps.length > 0 || index.size > 0))
    return refused(
      "no-dependencies",
      "a record is created once, by its first change",
    );
  const isRooted =
    isCreation || deps.some((dep) => index.get(dep)?.isRooted === true);
  if (!isRooted && !isGenesisChange)
    return refused(
      "no-dependencies",
      "it does not build on the record's creation",
    );

  const last = index.lastOf(actor.data);
  const expectedSeq = (last?.seq ?? 0) + 1;
  if (change.seq < expectedSeq)
    return refused(
      "sequence-fork",
      "its actor has already used this sequence number",
    );
  if (change.seq > expectedSeq)
    return refused("sequence-gap", "its actor's earlier changes are not here");
  if (last !== undefined && !index.isSeenByAny(last.hash, deps))
    return refused(
      "sequence-fork",
      "it does not build on its actor's last change",
    );
  if (change.startOp !== index.nextOp(deps))
    return refused(
      "start-op-wrong",
      "its first operation number does not follow its dependencies",
    );

  const statements = statementsOf(type, change);
  if (!statements.ok) return statements;
  const groups = Object.keys(statements.value);
  if (groups.length > 1 && !isCreation)
    return refused("statement-structure", "one change signs one group");
  const inherited = index.allLiveAt(deps);
  const live = { ...inherited };
  for (const [group, op] of Object.entries(statements.value)) {
    const before = inherited[group] ?? [];
    if (!sameLiveSet(before, op.pred)) {
      return refused(
        "statement-pred-wrong",
        "a statement must overwrite exactly what its author could see",
      );
    }
    live[group] = foldStatement(before, op);
  }
  return ok({
    hash: changeHashSchema.parse(change.hash),
    actor: actor.data,
    seq: change.seq,
    startOp: change.startOp,
    opCount: change.ops.length,
    deps,
    isRooted,
    statements: statements.value,
    live: groups.length === 0 ? inherited : live,
  });
}

function statementsOf(
  type: RecordType,
  change: DecodedChange,
): Result<Readonly<Record<string, StatementOp>>, StructureRefusal> {
  const statements: Record<string, StatementOp> = {};
  for (const [position, op] of change.ops.entries()) {
    if (op.obj !== "_root" || op.key === undefined) continue;
    const key = readRootKey(type, op.key);
    if (!key.ok || key.value.kind !== "group") continue;
    if (
      op.action !== "set" ||
      typeof op.value !== "string" ||
      op.datatype !== undefined
    ) {
      return refused(
        "statement-structure",
        "a group holds one signed text and is never deleted",
      );
    }
    if (Object.hasOwn(statements, key.value.name))
      return refused(
        "statement-structure",
        "one statement per group and change",
      );
    statements[key.value.name] = {
      opId: opIdOf(change.startOp, position, change.actor),
      pred: op.pred.map((opId) => opIdSchema.parse(opId)),
    };
  }
  return ok(statements);
}

function refused(
  code: StructureCode,
  reason: string,
): { readonly ok: false; readonly error: StructureRefusal } {
  return err({ code, reason });
}
