import type { ChangeHash } from "@suture/schema";
import type { HistoryEntry } from "@suture/client";

/** What somebody who had seen a record at these heads has not seen: every change that is neither one of them nor behind one. Oldest first. */
export function changesSince(
  history: readonly HistoryEntry[],
  heads: readonly string[],
): readonly HistoryEntry[] {
  const byHash = new Map(history.map((entry) => [entry.hash, entry]));
  const seen = new Set<ChangeHash>();
  const open = history.filter(({ hash }) => heads.includes(hash));
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (seen.has(entry.hash)) continue;
    seen.add(entry.hash);
    for (const hash of entry.seen) {
      const behind = byHash.get(hash);
      if (behind !== undefined) open.push(behind);
    }
  }
  return history.filter(({ hash }) => !seen.has(hash));
}
