/**
 * What was delivered is evidence: up to where each device was sent each scope's log, and when. The audit says "delivered
 * 09:03, signed 09:05" from it. It is a flag, never a gate: honest devices learn changes by other ways too. SPEC AD-12.
 */
import type {
  DeviceId,
  ReadTransaction,
  ScopeId,
  WriteTransaction,
} from "@suture/schema";
import { deliveriesTable } from "./log-tables.ts";

export interface Delivery {
  readonly deviceId: DeviceId;
  readonly scopeId: ScopeId;
  /** Of the last row of what was sent: everything up to it was. */
  readonly sequence: number;
}

export async function noteDelivered(
  tx: WriteTransaction,
  { deviceId, scopeId, sequence }: Delivery,
  atMs: number,
): Promise<void> {
  const key = [deviceId, scopeId, sequence];
  const first = await tx.get(deliveriesTable, key);
  if (first === undefined) await tx.put(deliveriesTable, key, { atMs });
}

/** The last sequence of the scope's log that the device was sent; 0 if none. */
export async function deliveredUpTo(
  tx: ReadTransaction,
  deviceId: DeviceId,
  scopeId: ScopeId,
): Promise<number> {
  const [last] = await tx.scan(deliveriesTable, {
    prefix: [deviceId, scopeId],
    reverse: true,
    limit: 1,
  });
  const sequence = last?.key[2];
  return typeof sequence === "number" ? sequence : 0;
}
