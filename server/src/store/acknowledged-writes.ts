/**
 * Writes numbered rows for ever, many at a time, and prints each number once its write has resolved. Not part of the server:
 * the process that `open-sqlite-store.test.ts` kills.
 */
import { defineTable } from "@suture/schema";
import { z } from "zod";
import { openSqliteStore } from "./open-sqlite-store.ts";

/** Two rows a write, so that half a write would show. */
export const writtenNumbers = defineTable({
  name: "written_numbers",
  schema: z.number(),
});

/** `hasWriteThread`: in groups that are large enough for it. */
export async function writeAndAcknowledge(
  file: string,
  hasWriteThread: boolean,
): Promise<never> {
  const count = hasWriteThread ? 1_000 : 10;
  const store = await openSqliteStore({
    file,
    tables: [writtenNumbers],
    migrations: [],
    ...(hasWriteThread && { writeThread: { onEnd: () => process.exit(1) } }),
  });
  for (let first = 0; ; first += count) {
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    await Promise.all(
      numbers.map(async (number) => {
        await store.write("org-1", async (tx) => {
          await tx.put(writtenNumbers, ["one", number], number);
          await tx.put(writtenNumbers, ["other", number], number);
        });
        process.stdout.write(`${number}\n`);
      }),
    );
  }
}
