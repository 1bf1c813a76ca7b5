/** What the parts of the store contract share: its tables, and what an implementation hands to it. */
import { z } from "zod";
import type { Store } from "./store.ts";
import { defineBytesTable, defineTable, type Table } from "./table.ts";

export const notes = defineTable({
  name: "notes",
  schema: z.strictObject({ text: z.string(), count: z.number().optional() }),
});
export const numbers = defineTable({ name: "numbers", schema: z.number() });
export const chunks = defineBytesTable("chunks");
/** The `numbers` table as a program sees it whose schema does not fit the rows. */
export const misread = defineTable({
  name: "numbers",
  schema: z.literal("another thing"),
});

export const contractTables: readonly Table<unknown>[] = [
  notes,
  numbers,
  chunks,
];

export interface StoreUnderTest {
  readonly store: Store;
  /** For stores that outlive the process. */
  readonly durable?: {
    /** Opens the same rows again after `close`. */
    reopen(): Promise<Store>;
    /** Opens what would be found had the machine stopped at this moment, while `store` stays open. */
    openAsAfterCrash(): Promise<Store>;
  };
  /** For stores with group commit: how many writes each commit so far made durable. */
  readonly commitSizes?: readonly number[];
  /** Removes what the test left behind, open stores included. */
  dispose(): Promise<void>;
}

/** A new, empty store with `contractTables`; the contract disposes of it after the test. */
export type OpenForTest = () => Promise<StoreUnderTest>;

export const partition = "org-1";

export async function putNumbers(
  store: Store,
  values: Readonly<Record<string, number>>,
): Promise<void> {
  await store.write(partition, async (tx) => {
    for (const [key, value] of Object.entries(values))
      await tx.put(numbers, [key], value);
  });
}

export async function allNumbers(
  store: Store,
): Promise<Record<string, number>> {
  const rows = await store.read(partition, (tx) => tx.scan(numbers));
  return Object.fromEntries(
    rows.map(({ key, value }) => [key.join("/"), value]),
  );
}

/** Lets a test hold a work open until something else has happened. */
export function signal(): {
  readonly raised: Promise<void>;
  readonly raise: () => void;
} {
  let raise: () => void = () => undefined;
  const raised = new Promise<void>((resolve) => {
    raise = resolve;
  });
  return { raised, raise };
}
