import { lastSeenByAll } from "@suture/schema";
import type { OpId, StatementGraph } from "@suture/schema";

/**
 * The statements that reading or judging these takes: themselves, and what all their authors had last seen; where that was
 * several, what their authors had, and so on.
 */
export function statementsNeeded(
  graph: StatementGraph,
  opIds: readonly OpId[],
): readonly OpId[] {
  const needed = [...opIds];
  let level = lastSeenByAll(graph, opIds);
  needed.push(...level);
  while (level.length > 1) {
    level = lastSeenByAll(graph, level);
    needed.push(...level);
  }
  return needed;
}
