import { limits, type ChangesMessage } from "@suture/schema";

/**
 * Two pages of a scope's log as one, where the second goes on behind the first and both together are no larger than a page may be;
 * else null. Rows come a few at a time while colleagues are at work: stored together they take one flush of the disk. SPEC CL-26.
 */
export function joinPages(
  first: ChangesMessage,
  second: ChangesMessage,
): ChangesMessage | null {
  const last = first.rows.at(-1);
  const next = second.rows.at(0);
  const isContinued =
    first.scopeId === second.scopeId &&
    first.cursor.epoch === second.cursor.epoch &&
    last !== undefined &&
    next?.sequence === last.sequence + 1 &&
    last.sequence === first.cursor.sequence;
  // A page that says that there is more is answered by asking for it.
  if (first.hasMore || !isContinued) return null;
  const rows = [...first.rows, ...second.rows];
  return rows.length <= limits.maxPageChanges ? { ...second, rows } : null;
}
