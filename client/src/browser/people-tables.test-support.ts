/** People by id, and by name in a table that is kept in memory. */
import {
  defineTable,
  type ReadTransaction,
  type WriteTransaction,
} from "@suture/schema";
import { z } from "zod";

export const partition = "local";

/** [id] */
export const peopleTable = defineTable({
  name: "people",
  schema: z.strictObject({ name: z.string() }),
});

/** [name, id] */
export const byNameTable = defineTable({
  name: "people_by_name",
  schema: z.literal(true),
});

export const numbers = defineTable({ name: "numbers", schema: z.number() });

export const peopleTables = [peopleTable, byNameTable, numbers];

export const byNameInMemory = [
  {
    table: byNameTable,
    fill: async (tx: WriteTransaction): Promise<void> => {
      for (const { key, value } of await tx.scan(peopleTable))
        await tx.put(byNameTable, [value.name, ...key], true);
    },
  },
];

export async function putPerson(
  tx: WriteTransaction,
  id: string,
  name: string,
): Promise<void> {
  const before = await tx.get(peopleTable, [id]);
  if (before !== undefined) await tx.delete(byNameTable, [before.name, id]);
  await tx.put(peopleTable, [id], { name });
  await tx.put(byNameTable, [name, id], true);
}

/** "name id" in the order of names; first looked up in memory, then among the rows. */
export async function namesIn(tx: ReadTransaction): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { key } of await tx.scan(byNameTable)) {
    const [name, id] = key.map(String);
    const person = await tx.get(peopleTable, [id ?? ""]);
    found.push(
      person?.name === name
        ? `${name} ${id}`
        : `${name} ${id} is listed, and is ${person?.name}`,
    );
  }
  return found;
}
