/**
 * Patients were found by each of their names alone, and by rows for short words that nobody would delete any more: the words are written
 * anew, from views that stay as they are. To make those anew from their records a list of 50,000 would wait for minutes. SPEC AP-188.
 */
import type { Migration } from "@suture/schema";

import { viewsByWordTable } from "./client-tables.ts";
import { keysIn } from "./damaged-views.ts";
import { putAllByWord } from "./view-rows.ts";

export const findByWholeName: Migration = {
  name: "find-by-whole-name",
  migrate: async (tx) => {
    const keys = await keysIn(tx, viewsByWordTable);
    // There are no views yet, or the table is one in memory, which is made anew by itself.
    if (keys.length === 0) return;
    for (const key of keys) await tx.delete(viewsByWordTable, key);
    await putAllByWord(tx);
  },
};
