/** What had been delivered to a device, and when: evidence for people, never a gate. SPEC AU-8. */
import type { DeviceId, Place, ReadTransaction, ScopeId } from "@suture/schema";

import { deliveriesTable } from "../log/log-tables.ts";

export interface Delivered {
  readonly scopeId: ScopeId;
  /** Everything up to it had been sent. */
  readonly sequence: number;
  readonly atMs: number;
}

const pageRows = 200;

/** The furthest that a scope's log had been sent to the device by then; null if nothing of it. */
export async function deliveredBy(
  tx: ReadTransaction,
  deviceId: DeviceId,
  scopeId: ScopeId,
  atMs: number,
): Promise<Delivered | null> {
  let before: readonly (string | number)[] | undefined;
  for (;;) {
    const rows = await tx.scan(deliveriesTable, {
      prefix: [deviceId, scopeId],
      reverse: true,
      limit: pageRows,
      ...(before && { before }),
    });
    for (const { key, value } of rows) {
      const sequence = key[2];
      if (value.atMs <= atMs && typeof sequence === "number")
        return { scopeId, sequence, atMs: value.atMs };
      before = key;
    }
    if (rows.length < pageRows) return null;
  }
}

/** When a change had been sent to the device, by any of its places; null if it never was. */
export async function deliveredAt(
  tx: ReadTransaction,
  deviceId: DeviceId,
  places: readonly Pick<Place, "scopeId" | "sequence">[],
): Promise<number | null> {
  const times: number[] = [];
  for (const { scopeId, sequence } of places) {
    const [first] = await tx.scan(deliveriesTable, {
      prefix: [deviceId, scopeId],
      after: [deviceId, scopeId, sequence - 1],
      limit: 1,
    });
    if (first !== undefined) times.push(first.value.atMs);
  }
  return times.length === 0 ? null : Math.min(...times);
}
