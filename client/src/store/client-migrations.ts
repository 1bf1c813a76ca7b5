/** What turns an older store of a device into one of now: only ever append to it. */
import type { Migration, WriteTransaction } from "@suture/schema";

import { staleViewsTable, viewsTable } from "./client-tables.ts";
import { findByWholeName } from "./find-by-whole-name.ts";

export const clientMigrations: readonly Migration[] = [
  {
    /** Views from before they were ordered by label and found by word are made anew. */
    name: "order-views",
    migrate: async (tx) => {
      for (const { key, value } of await tx.scan(viewsTable)) {
        await tx.delete(viewsTable, key);
        await tx.put(staleViewsTable, [value.recordId], true);
      }
    },
  },
  {
    /** Equipment was listed by its id. */
    name: "equipment-by-name",
    migrate: (tx) => makeAnew(tx, "equipment"),
  },
  {
    /** Jobs were found by each of their fields alone. */
    name: "jobs-by-hands",
    migrate: (tx) => makeAnew(tx, "serviceJob"),
  },
  findByWholeName,
];

async function makeAnew(
  tx: WriteTransaction,
  recordType: string,
): Promise<void> {
  for (const { value } of await tx.scan(viewsTable, { prefix: [recordType] }))
    await tx.put(staleViewsTable, [value.recordId], true);
}
