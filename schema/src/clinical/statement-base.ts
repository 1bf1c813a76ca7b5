import type { OpId } from "../ids.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { generalContent } from "./general-form.ts";
import { isAgreement } from "./same-content.ts";
import { lastSeenByAll, type StatementSource } from "./statement-graph.ts";
import { initialContent, type Content } from "./statement.ts";

/**
 * What the authors of all the given statements had last seen settled: the last statement, or the last several that said the
 * same. Where they had last seen a conflict, what its authors had seen; null if nobody had signed. SPEC CF-4.
 *
 * Down to what nobody contested, and back up, each conflict judged once: a conflict may have been seen in a conflict, to any depth.
 */
export function baseOf(
  group: GroupDefinition,
  opIds: readonly OpId[],
  source: StatementSource,
): Content | null {
  const contested: (readonly OpId[])[] = [];
  let seen = lastSeenByAll(source, opIds);
  while (seen.length > 1) {
    contested.push(seen);
    seen = lastSeenByAll(source, seen);
  }
  let base = lastContent(source, seen);
  for (const live of contested.reverse())
    if (saysTheSame(group, live, source, base))
      base = lastContent(source, live);
  return base;
}

/** Whether live statements are an open conflict: two or more that do not say the same. SPEC CF-4, CF-5. */
export function isConflict(
  group: GroupDefinition,
  live: readonly OpId[],
  source: StatementSource,
): boolean {
  return (
    live.length > 1 &&
    !saysTheSame(group, live, source, baseOf(group, live, source))
  );
}

function saysTheSame(
  group: GroupDefinition,
  live: readonly OpId[],
  source: StatementSource,
  base: Content | null,
): boolean {
  const contents = live.map((opId) => source.statementOf(opId).content);
  return isAgreement(group, contents, base ?? generalInitial(group));
}

function lastContent(
  source: StatementSource,
  opIds: readonly OpId[],
): Content | null {
  const last = opIds.at(-1);
  return last === undefined ? null : source.statementOf(last).content;
}

/** `initialContent` in the general form rules work on. */
export function generalInitial(group: GroupDefinition): Content {
  return generalContent(initialContent(group));
}
