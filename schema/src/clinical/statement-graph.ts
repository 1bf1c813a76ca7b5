/**
 * Which statement overwrote which: enough to say what several candidates had all seen, without loading a document.
 * Overwriting is the only relation between the statements of a group, since a statement's `pred` is exactly what was live at
 * its dependencies (SPEC CF-3): every statement its author could see is reached through it.
 */
import { compareOpIds, type OpId } from "../ids.ts";
import type { Statement } from "./statement.ts";

/** What each statement overwrote. */
export interface StatementGraph {
  predOf(opId: OpId): readonly OpId[];
}

/** The statements of one record, by operation. */
export interface StatementSource extends StatementGraph {
  statementOf(opId: OpId): Statement;
}

/** The last statements that all the given ones had seen, in Automerge's order; several if those were not settled themselves. */
export function lastSeenByAll(
  graph: StatementGraph,
  opIds: readonly OpId[],
): readonly OpId[] {
  const [first, ...others] = opIds.map((opId) => seenBy(graph, opId));
  if (first === undefined) return [];
  const common = [...first].filter((opId) =>
    others.every((seen) => seen.has(opId)),
  );
  const overwrittenInside = new Set(
    common.flatMap((opId) => graph.predOf(opId)),
  );
  return common
    .filter((opId) => !overwrittenInside.has(opId))
    .sort(compareOpIds);
}

/** Every statement the given one overwrote, directly or through others; not itself. */
function seenBy(graph: StatementGraph, opId: OpId): ReadonlySet<OpId> {
  const seen = new Set<OpId>();
  const open = [...graph.predOf(opId)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...graph.predOf(next));
  }
  return seen;
}
