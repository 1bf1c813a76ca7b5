import type { WriteTransaction } from "@suture/schema";

import { isUnsynced } from "./change-rows.ts";
import { changesTable, pendingTable } from "./client-tables.ts";

const pageSize = 1_000;

/** Makes the order of sending from the rows it is derived from. Writes only where the two differ. SPEC CL-2. */
export async function rebuildPending(tx: WriteTransaction): Promise<void> {
  const listed = new Set(
    (await tx.scan(pendingTable)).map(({ key }) => key.join(" ")),
  );
  for (let after: readonly (string | number)[] | undefined; ;) {
    const rows = await tx.scan(changesTable, {
      ...(after !== undefined && { after }),
      limit: pageSize,
    });
    for (const { value } of rows) {
      if (!isUnsynced(value.progress)) continue;
      const { priority, localNumber, recordId, hash } = value;
      const isListed = listed.delete(`${priority} ${localNumber}`);
      if (!isListed)
        await tx.put(pendingTable, [priority, localNumber], { recordId, hash });
    }
    after = rows.at(-1)?.key;
    if (rows.length < pageSize) break;
  }
  for (const key of listed)
    await tx.delete(pendingTable, key.split(" ").map(Number));
}
