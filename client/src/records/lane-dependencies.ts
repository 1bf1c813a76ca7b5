/**
 * What a new change builds on: what its author had seen, but of this device's unsynced work only its own lane. So a refused
 * phone number never strands the allergy signed after it. SPEC CO-2.
 */
import type { ChangeHash } from "@suture/schema";

import { isRestore } from "../store/change-rows.ts";
import type { LocalChange } from "../store/local-change.ts";
import { frontierOf } from "./frontier-of.ts";
import type { RecordState } from "./record-state.ts";

/** The frontier of the changes behind `heads` that a change of this lane may build on. */
export function laneDependencies(
  state: RecordState,
  heads: readonly ChangeHash[],
  lane: string,
): readonly ChangeHash[] {
  const found: ChangeHash[] = [];
  const visited = new Set<ChangeHash>();
  const open = [...heads];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (visited.has(next)) continue;
    visited.add(next);
    const change = state.change(next);
    if (change === undefined)
      throw new Error("a head the form showed is not in the record");
    // What qualifies has only what qualifies behind it: that is how it was composed.
    if (qualifies(change.row, lane)) found.push(next);
    else open.push(...change.row.deps);
  }
  return frontierOf(state.index, found);
}

/** What a restored server lost had been accepted, and will be brought back. */
function qualifies(change: LocalChange, lane: string): boolean {
  return (
    change.isCreation ||
    change.lane === lane ||
    change.progress.state === "accepted" ||
    isRestore(change)
  );
}
