/** Changes that say somebody else's refused work again, under the name of whoever adopted it. SPEC SW-23, AU-8. */
import type { DeviceId, ReadTransaction, RecordId } from "@suture/schema";
import { adoptedWorkTable, type ChangeRow } from "./log-tables.ts";

/** The device on which a change was first written: what it had been sent says what the author could have seen. */
export async function authoredOn(
  tx: ReadTransaction,
  recordId: RecordId,
  { hash, deviceId }: Pick<ChangeRow, "hash" | "deviceId">,
): Promise<DeviceId> {
  const adopted = await tx.get(adoptedWorkTable, [recordId, hash]);
  return adopted?.deviceId ?? deviceId;
}
