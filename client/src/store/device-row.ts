/** The one row that says how this device stands: each of its facts has a keeper of its own, and none writes over another's. */
import type { ReadTransaction, WriteTransaction } from "@suture/schema";

import { deviceKey, deviceTable, type DeviceRow } from "./client-tables.ts";

/** Empty on a new device. */
export async function readDevice(tx: ReadTransaction): Promise<DeviceRow> {
  return (await tx.get(deviceTable, deviceKey)) ?? {};
}

export async function changeDevice(
  tx: WriteTransaction,
  change: (row: DeviceRow) => DeviceRow,
): Promise<void> {
  await tx.put(deviceTable, deviceKey, change(await readDevice(tx)));
}
