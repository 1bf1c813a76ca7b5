/**
 * Judges the structure of one change against its record's index and gives the row it would add. No content, no rights.
 *
 * Guaranteed of every row: its dependencies are known, its actor's sequence has no gap and no fork, its `startOp` is exact,
 * every operation it names was seen by it and writes the same thing, and each statement in it overwrites exactly what was
 * live at its dependencies (a false `pred` hides a conflict). Refused besides: deleting a group, two statements of one group,
 * statements of several groups outside creation, a second creation. SPEC CF-3, AD-4.
 */
import type { StatementOp } from "../clinical/live-set.ts";
import { foldStatement, sameLiveSet } from "../clinical/live-set.ts";
import {
  actorIdSchema,
  opIdOf,
  type ActorId,
  type ChangeHash,
  type OpId,
} from "../ids.ts";
import type { RecordType } from "../records/define-record.ts";
import { readRootKey } from "../records/record-types.ts";
import { err, ok, type Result } from "../result.ts";
import type { ChangeIndex, IndexedChange, WriteRun } from "./change-index.ts";
import type { ChangeOp } from "./change-op.ts";
import type { DecodedChange } from "./decode-change.ts";
import { isGenesis, isGenesisActor } from "./genesis.ts";

export type StructureCode =
  | "missing-dependencies"
  | "no-dependencies"
  | "record-exists"
  | "actor-malformed"
  | "sequence-gap"
  | "sequence-fork"
  | "start-op-wrong"
  | "pred-wrong"
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
  const { deps } = change;
  const missing = deps.filter((dep) => !index.has(dep));
  if (missing.length > 0) {
    return err({
      code: "missing-dependencies",
      reason: "it builds on changes that are not here",
      missing,
    });
  }
  const root = judgeRoot(type, index, change);
  if (!root.ok) return root;
  const actor = judgeSequence(index, change, root.value.isGenesis);
  if (!actor.ok) return actor;
  const writes = writesOf(change.ops);
  const references = judgeReferences(index, change);
  if (references !== null) return references;

  const statements = statementsOf(type, change);
  if (!statements.ok) return statements;
  const signed = Object.entries(statements.value);
  if (signed.length > 1 && !root.value.isCreation) {
    return refused("statement-structure", "one change signs one group");
  }
  const inherited = index.allLiveAt(deps);
  const live = { ...inherited };
  for (const [group, op] of signed) {
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
    hash: change.hash,
    actor: actor.value,
    seq: change.seq,
    startOp: change.startOp,
    opCount: change.ops.length,
    deps,
    writes,
    isRooted: root.value.isRooted,
    statements: statements.value,
    live: signed.length === 0 ? inherited : live,
  });
}

interface Root {
  readonly isCreation: boolean;
  readonly isGenesis: boolean;
  readonly isRooted: boolean;
}

/** A record has one creation, its first change; everything but genesis changes, which are the same everywhere, builds on it. */
function judgeRoot(
  type: RecordType,
  index: ChangeIndex,
  change: DecodedChange,
): Result<Root, StructureRefusal> {
  const isCreation = change.ops.some(
    ({ obj, key }) =>
      obj === "_root" && (key === "recordId" || key === "recordType"),
  );
  if (isCreation) {
    return change.deps.length === 0 && index.creation() === null
      ? ok({ isCreation, isGenesis: false, isRooted: true })
      : refused(
          "record-exists",
          "a record is created once, by a change that builds on nothing",
        );
  }
  const isRooted = change.deps.some((dep) => index.get(dep)?.isRooted === true);
  const isFirst = !isRooted && isGenesis(type, change);
  return isRooted || isFirst
    ? ok({ isCreation, isGenesis: isFirst, isRooted })
    : refused("no-dependencies", "it does not build on the record's creation");
}

function judgeSequence(
  index: ChangeIndex,
  change: DecodedChange,
  isGenesisChange: boolean,
): Result<ActorId, StructureRefusal> {
  const actor = actorIdSchema.safeParse(change.actor);
  if (!actor.success) {
    return refused("actor-malformed", "the actor id must have 8 to 64 bytes");
  }
  const last = index.lastOf(actor.data);
  const expectedSeq = (last?.seq ?? 0) + 1;
  if (change.seq < expectedSeq) {
    return refused(
      "sequence-fork",
      "its actor has already used this sequence number",
    );
  }
  if (change.seq > expectedSeq) {
    return refused("sequence-gap", "its actor's earlier changes are not here");
  }
  if (last !== undefined && !index.isSeenByAny(last.hash, change.deps)) {
    return refused(
      "sequence-fork",
      "it does not build on its actor's last change",
    );
  }
  if (!isGenesisChange && isGenesisActor(actor.data)) {
    return refused("actor-malformed", "the actor id is a genesis actor's");
  }
  if (change.startOp !== index.nextOp(change.deps)) {
    return refused(
      "start-op-wrong",
      "its first operation number does not follow its dependencies",
    );
  }
  return ok(actor.data);
}

/**
 * Every operation named must lie behind the change (otherwise Automerge panics in the other arrival order) and write what the
 * naming one writes (otherwise the document no longer loads once saved).
 */
function judgeReferences(
  index: ChangeIndex,
  change: DecodedChange,
): Refused | null {
  // One walk back for all of them: a change may name as many others as the record has.
  const seen = index.seenAmong(namedChanges(index, change), change.deps);
  const isSeen = (opId: OpId) => {
    const hash = index.changeOf(opId);
    return hash !== undefined && seen.has(hash);
  };
  const isWrite = (opId: OpId, target: string) => {
    const sibling = ownPosition(change, opId);
    // Decoding has seen to it that a change names its own earlier operations only.
    if (sibling !== null) {
      const own = change.ops[sibling];
      return own !== undefined && writtenBy(own) === target;
    }
    return index.targetOf(opId) === target && isSeen(opId);
  };
  for (const op of change.ops) {
    const target = targetOf(op);
    const isContainerSeen =
      op.obj === "_root" ||
      ownPosition(change, op.obj) !== null ||
      isSeen(op.obj);
    if (
      !isContainerSeen ||
      !namedBy(op).every((opId) => isWrite(opId, target))
    ) {
      return refused(
        "pred-wrong",
        "it names an operation its author could not see, or of another field",
      );
    }
  }
  return null;
}

/** The other changes whose operations it names. */
function namedChanges(
  index: ChangeIndex,
  change: DecodedChange,
): ReadonlySet<ChangeHash> {
  const named = new Set<ChangeHash>();
  for (const op of change.ops) {
    const opIds = op.obj === "_root" ? namedBy(op) : [op.obj, ...namedBy(op)];
    for (const opId of opIds) {
      const hash = index.changeOf(opId);
      if (hash !== undefined) named.add(hash);
    }
  }
  return named;
}

function namedBy({ elemId, pred }: ChangeOp): readonly OpId[] {
  return elemId === undefined || elemId === "_head" ? pred : [elemId, ...pred];
}

function ownPosition(change: DecodedChange, opId: OpId): number | null {
  const at = opId.indexOf("@");
  if (opId.slice(at + 1) !== change.actor) return null;
  const position = Number(opId.slice(0, at)) - change.startOp;
  return position < 0 ? null : position;
}

function writesOf(ops: readonly ChangeOp[]): readonly WriteRun[] {
  const runs: { target: string | null; count: number }[] = [];
  for (const op of ops) {
    const target = writtenBy(op);
    const last = runs.at(-1);
    if (last?.target === target) last.count += 1;
    else runs.push({ target, count: 1 });
  }
  return runs;
}

/** Null for what nothing can overwrite or follow. */
function writtenBy(op: ChangeOp): string | null {
  return op.action === "del" || op.action === "inc" ? null : targetOf(op);
}

function targetOf(op: ChangeOp): string {
  return op.obj === "_root" ? (op.key ?? "") : op.obj;
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
    if (Object.hasOwn(statements, key.value.name)) {
      return refused(
        "statement-structure",
        "one statement per group and change",
      );
    }
    statements[key.value.name] = {
      opId: opIdOf(change.startOp, position, change.actor),
      pred: op.pred,
    };
  }
  return ok(statements);
}

interface Refused {
  readonly ok: false;
  readonly error: StructureRefusal;
}

function refused(code: StructureCode, reason: string): Refused {
  return err({ code, reason });
}
