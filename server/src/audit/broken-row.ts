/** The first thing that is not as it was written, named so that somebody can look at it. Ids and numbers only. SPEC AU-7. */
import {
  StoreError,
  type Key,
  type ReadTransaction,
  type Row,
  type Table,
} from "@suture/schema";

export interface BrokenRow {
  readonly table: string;
  /** The row's key; where a row is gone or cannot be read, the key it should have or the one in front of it. */
  readonly key: Key;
  /** What is wrong, in one sentence without values. */
  readonly problem: string;
}

const pageRows = 1_000;

/** Visits every row in key order until one is broken. A row that its table cannot read is broken itself. */
export async function visitRows<V>(
  tx: ReadTransaction,
  table: Table<V>,
  visit: (row: Row<V>) => Promise<BrokenRow | null>,
): Promise<BrokenRow | null> {
  let after: Key | undefined;
  let limit = pageRows;
  for (;;) {
    const page = await scanPage(tx, table, after, limit);
    if (page === "unreadable") {
      if (limit > 1) {
        // One by one, to name the row.
        limit = 1;
        continue;
      }
      const problem = "the row behind this one cannot be read";
      return { table: table.name, key: after ?? ["(first)"], problem };
    }
    for (const row of page) {
      const broken = await visit(row);
      if (broken !== null) return broken;
      after = row.key;
    }
    if (page.length < limit) return null;
  }
}

async function scanPage<V>(
  tx: ReadTransaction,
  table: Table<V>,
  after: Key | undefined,
  limit: number,
): Promise<readonly Row<V>[] | "unreadable"> {
  try {
    return await tx.scan(table, { limit, ...(after && { after }) });
  } catch (cause) {
    if (cause instanceof StoreError && cause.code === "store-damaged")
      return "unreadable";
    throw cause;
  }
}
