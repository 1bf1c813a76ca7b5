/** Changes that were composed but not accepted, and what stands behind them. SPEC SW-1. */
import type { ChangeHash, OpId } from "../ids.ts";
import type { ChangeIndex } from "./change-index.ts";
import type { DecodedChange } from "./decode-change.ts";
import type { Edit } from "./interpret-change.ts";

export interface LostChange {
  readonly change: DecodedChange;
  /** By `interpretChange`. */
  readonly edits: readonly Edit[];
}

/** Lost work that another lost change had seen, and the change that says it again, if one does and is among the accepted. */
export interface LostBefore extends LostChange {
  readonly reexpressedAs: ChangeHash | null;
}

/**
 * What the author of a lost change had seen of what is accepted: where every way back through lost work ends, at what says that
 * work again where something does. Empty for a creation.
 */
export function seenOfAccepted(
  index: ChangeIndex,
  deps: readonly ChangeHash[],
  before: readonly LostBefore[],
): readonly ChangeHash[] {
  const lostByHash = new Map(before.map((lost) => [lost.change.hash, lost]));
  const seen = new Set<ChangeHash>();
  const visited = new Set<ChangeHash>();
  const open = [...deps];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (visited.has(next)) continue;
    visited.add(next);
    const lost = lostByHash.get(next);
    if (lost === undefined) {
      if (index.has(next)) seen.add(next);
    } else {
      const { reexpressedAs } = lost;
      if (reexpressedAs !== null && index.has(reexpressedAs))
        seen.add(reexpressedAs);
      open.push(...lost.change.deps);
    }
  }
  return index.frontier([...seen]);
}

/** Where in the change an operation stands; null where it is not of this change. */
export function positionIn(change: DecodedChange, opId: OpId): number | null {
  const at = opId.indexOf("@");
  const position = Number(opId.slice(0, at)) - change.startOp;
  const isOwn =
    opId.slice(at + 1) === change.actor &&
    position >= 0 &&
    position < change.ops.length;
  return isOwn ? position : null;
}
