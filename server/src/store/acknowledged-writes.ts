/**
 * Writes numbered rows for ever, ten at a time, and prints each number once its write has resolved. Not part of the server:
 * the process that `open-sqlite-store.test.ts` kills.
 */
import { writeSync } from "node:fs";
import { defineTable } from "@suture/schema";
import { z } from "zod";
import { openSqliteStore } from "./open-sqlite-store.ts";

/** Two rows a write, so that half a write would show. */
export const writtenNumbers = defineTable({
  name: "written_numbers",
  schema: z.number(),
});

export async function writeAndAcknowledge(file: string): Promise<never> {
  const store = await openSqliteStore({
    file,
    tables: [writtenNumbers],
    migrations: [],
  });
  for (let first = 0; ; first += 10) {
    const numbers = Array.from({ length: 10 }, (_, index) => first + index);
    await Promise.all(
      numbers.map(async (number) => {
        await store.write("org-1", async (tx) => {
          await tx.put(writtenNumbers, ["one", number], number);
          await tx.put(writtenNumbers, ["other", number], number);
        });
        writeSync(1, `${number}\n`);
      }),
    );
  }
}
