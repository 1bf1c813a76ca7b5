/**
 * Copies of tables in memory, sealed whole, some thousand rows at a time: a page that is opened reads them many times faster than it makes
 * them anew, row by row. A copy is of some commit; what was written since is added by whoever reads it. It may be missing, old, or
 * damaged: then the table is made from what it follows from. SPEC WB-12.
 */
import { decodeUtf8, encodeUtf8, SortedRows } from "@suture/schema";
import { z } from "zod";

import type { HeldTable } from "./memory-tables.ts";
import type { RowSealer } from "./row-sealing.ts";
import type { StoreDatabase } from "./store-database.ts";

/** Some ten milliseconds to seal, so that whoever types meanwhile notices nothing. */
const rowsInChunk = 4_000;

const headSchema = z.strictObject({
  commitNumber: z.int().nonnegative(),
  chunkCount: z.int().nonnegative(),
});

/** Undefined where there is none that can be read. */
export async function loadKept(
  db: StoreDatabase,
  sealer: RowSealer,
  partition: string,
  table: string,
): Promise<HeldTable | undefined> {
  const { store } = db.transaction("memory_tables");
  const read = async (part: number, place: string) => {
    const sealed = await store.get([partition, table, part]);
    return sealed && parseSealed(sealer, place, sealed);
  };
  const head = headSchema.safeParse(await read(0, headPlace(partition, table)));
  if (!head.success) return undefined;
  const { commitNumber, chunkCount } = head.data;
  const rows: { readonly key: string; readonly value: string }[] = [];
  for (let part = 1; part <= chunkCount; part += 1) {
    const place = chunkPlace(partition, table, commitNumber, part);
    const chunk = await read(part, place);
    if (!Array.isArray(chunk) || !chunk.every(isRow)) return undefined;
    for (const [key, value] of chunk) rows.push({ key, value });
  }
  return { commitNumber, rows: SortedRows.of(rows), writeCount: 0 };
}

/** Replaces the copy. Rejects where there is no space for it, and leaves the one before. */
export async function keepTable(
  db: StoreDatabase,
  sealer: RowSealer,
  partition: string,
  table: string,
  { commitNumber, rows }: HeldTable,
): Promise<void> {
  const all = Array.from(rows.all(), ({ key, value }) => [key, value]);
  const chunkCount = Math.ceil(all.length / rowsInChunk);
  const tx = db.transaction("memory_tables", "readwrite");
  const whole = IDBKeyRange.bound([partition, table], [partition, table, []]);
  const write = async (part: number, place: string, content: unknown) => {
    const sealed = sealer.seal(place, encodeUtf8(JSON.stringify(content)));
    await tx.store.put(sealed, [partition, table, part]);
  };
  try {
    await tx.store.delete(whole);
    const head = { commitNumber, chunkCount };
    await write(0, headPlace(partition, table), head);
    for (let part = 1; part <= chunkCount; part += 1) {
      const at = (part - 1) * rowsInChunk;
      const place = chunkPlace(partition, table, commitNumber, part);
      await write(part, place, all.slice(at, at + rowsInChunk));
    }
  } finally {
    await tx.done;
  }
}

function isRow(row: unknown): row is readonly [string, string] {
  return (
    Array.isArray(row) &&
    row.length === 2 &&
    typeof row[0] === "string" &&
    typeof row[1] === "string"
  );
}

function parseSealed(
  sealer: RowSealer,
  place: string,
  sealed: Uint8Array,
): unknown {
  const bytes = sealer.open(place, sealed);
  const text = bytes && decodeUtf8(bytes);
  return text === null ? undefined : JSON.parse(text);
}

function headPlace(partition: string, table: string): string {
  return `memory table\0${partition}\0${table}`;
}

/** Chunks of two copies never pass for one. */
function chunkPlace(
  partition: string,
  table: string,
  commitNumber: number,
  part: number,
): string {
  return `${headPlace(partition, table)}\0${commitNumber}\0${part}`;
}
