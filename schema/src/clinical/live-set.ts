/**
 * The live set: per record and group, the statements nobody has overwritten yet.
 *
 * Every Automerge `set` names the operations it overwrites (`pred`). `live' = (live − pred) ∪ {op}` finds every conflict with
 * no document load, no clocks and no walk through history, and equals Automerge's own multi-value register, so replicas with
 * the same changes show the same conflicts. SPEC CF-2.
 */
import type { OpId } from "../ids.ts";
import { compareOpIds } from "../ids.ts";

/** One `set` (or, without an id, the `del` of losers Automerge writes beside a rewrite) on a group's key. */
export interface StatementOp {
  readonly opId: OpId;
  readonly pred: readonly OpId[];
}

/** Operations in Automerge's order; the last is what a plain Automerge reader would show. */
export type LiveSet = readonly OpId[];

/**
 * Folds one statement into a live set: what it overwrites leaves, it enters.
 * Order-free for causally ready changes: any delivery order gives the same set.
 */
export function foldStatement(live: LiveSet, op: StatementOp): LiveSet {
  const overwritten = new Set(op.pred);
  return [...live.filter((opId) => !overwritten.has(opId)), op.opId].sort(
    compareOpIds,
  );
}

export function sameLiveSet(left: LiveSet, right: LiveSet): boolean {
  return (
    left.length === right.length &&
    left.every((opId) => right.includes(opId)) &&
    right.every((opId) => left.includes(opId))
  );
}
