import type { OpId } from "../ids.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { generalContent } from "./general-form.ts";
import { isAgreement } from "./same-content.ts";
import { lastSeenByAll, type StatementSource } from "./statement-graph.ts";
import { initialContent, type Content } from "./statement.ts";

/**
 * What the authors of all the given statements had last seen settled: the last statement, or the last several that said the
 * same. Where they had last seen a conflict, what its authors had seen; null if nobody had signed. SPEC CF-4.
 */
export function baseOf(
  group: GroupDefinition,
  opIds: readonly OpId[],
  source: StatementSource,
): Content | null {
  const seen = lastSeenByAll(source, opIds);
  const winner = seen.at(-1);
  if (winner === undefined) return null;
  return isConflict(group, seen, source)
    ? baseOf(group, seen, source)
    : source.statementOf(winner).content;
}

/** Whether live statements are an open conflict: two or more that do not say the same. SPEC CF-4, CF-5. */
export function isConflict(
  group: GroupDefinition,
  live: readonly OpId[],
  source: StatementSource,
): boolean {
  if (live.length < 2) return false;
  const contents = live.map((opId) => source.statementOf(opId).content);
  const base = baseOf(group, live, source) ?? generalInitial(group);
  return !isAgreement(group, contents, base);
}

/** `initialContent` in the general form rules work on. */
export function generalInitial(group: GroupDefinition): Content {
  return generalContent(initialContent(group));
}
