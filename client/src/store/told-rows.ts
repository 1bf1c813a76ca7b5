/**
 * Rows of a scope's log that the server told of before they came in their turn: by a verdict on this device's own work, or with a
 * record that it had asked for. A server that was restored in between may have lost them, and where this device stands does not
 * show it. SPEC CL-30.
 */
import {
  scopeIdSchema,
  type Cursor,
  type LogRow,
  type ReadTransaction,
  type ScopeId,
} from "@suture/schema";

import { logRowsTable, scopesTable, type HeldRow } from "./client-tables.ts";

/** By sequence. */
export async function toldWithin(
  tx: ReadTransaction,
  scopeId: ScopeId,
  from: Cursor,
  to: Cursor,
): Promise<ReadonlyMap<number, HeldRow>> {
  const rows = await tx.scan(logRowsTable, {
    prefix: [scopeId],
    after: [scopeId, from.sequence],
    before: [scopeId, to.sequence + 1],
  });
  return new Map(rows.map(({ key, value }) => [Number(key[1]), value]));
}

/** Whether a row, and the log's chain there, are what was told; nothing being told, they are. */
export function isAsTold(
  told: HeldRow | undefined,
  { recordId, hash }: LogRow,
  { chain }: Cursor,
): boolean {
  if (told === undefined) return true;
  return told.chain === null
    ? told.recordId === recordId && told.hash === hash
    : told.chain === chain;
}

/** By scope the last row that this device knows of, in its turn or not. */
export async function toldUpTo(
  tx: ReadTransaction,
): Promise<ReadonlyMap<ScopeId, number>> {
  const told = new Map<ScopeId, number>();
  for (const { key } of await tx.scan(scopesTable)) {
    const scopeId = scopeIdSchema.parse(key[0]);
    const [last] = await tx.scan(logRowsTable, {
      prefix: [scopeId],
      reverse: true,
      limit: 1,
    });
    if (last !== undefined) told.set(scopeId, Number(last.key[1]));
  }
  return told;
}
