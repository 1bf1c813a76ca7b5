/**
 * Devices that said two different things under one name: two changes with one actor and sequence, both pushed by the device that
 * the actor is bound to. No honest device does that: it has been copied, or it lies, and colleagues may have been shown either.
 *
 * From then on nothing is admitted from it, whoever of its people wrote it. What it sends answers `device-quarantined`, leaves
 * nothing here and stays queued on the device, until an admin lets it go on or ends it. Per organization. SPEC EV-7 to EV-9.
 */
import {
  organizationScope,
  type ChangeHash,
  type DeviceId,
  type ReadTransaction,
  type RecordId,
  type WriteTransaction,
} from "@suture/schema";
import { quarantinedTable, type QuarantineRow } from "./admission-tables.ts";
import type { AppendAudit } from "./commit.ts";
import type { Refusal, Signer } from "./judgement.ts";

export const deviceQuarantined: Refusal = {
  code: "device-quarantined",
  reason: "its device is quarantined until an admin has looked at it",
};

export interface Equivocation {
  readonly signer: Signer;
  readonly recordId: RecordId;
  /** The change that is here. */
  readonly admitted: ChangeHash;
  /** The other one, with the same actor and sequence. */
  readonly refused: ChangeHash;
}

export interface InOrganization {
  readonly organizationId: RecordId;
  readonly atMs: number;
}

export async function isQuarantined(
  tx: ReadTransaction,
  deviceId: DeviceId,
): Promise<boolean> {
  return (await tx.get(quarantinedTable, [deviceId])) !== undefined;
}

/** By device, as it was found out first. */
export async function quarantinedDevices(
  tx: ReadTransaction,
): Promise<ReadonlyMap<DeviceId, QuarantineRow>> {
  const rows = await tx.scan(quarantinedTable);
  return new Map(rows.map(({ value }) => [value.deviceId, value]));
}

/** The first equivocation stands; a device that is quarantined already is left as it is. */
export async function quarantineDevice(
  appendAudit: AppendAudit,
  tx: WriteTransaction,
  { organizationId, atMs }: InOrganization,
  { signer, recordId, admitted, refused }: Equivocation,
): Promise<void> {
  const { deviceId } = signer;
  if (await isQuarantined(tx, deviceId)) return;
  const found = { ...signer, recordId, admitted, refused };
  await tx.put(quarantinedTable, [deviceId], { ...found, atMs });
  const scopeId = organizationScope(organizationId);
  const event = "device-quarantined";
  await appendAudit(tx, { scopeId, atMs }, { event, ...found });
}

/** Lets the device go on; false if it is not quarantined. Whoever calls has checked that the member may. */
export async function releaseDevice(
  appendAudit: AppendAudit,
  tx: WriteTransaction,
  { organizationId, atMs }: InOrganization,
  { deviceId, byMemberId }: { deviceId: DeviceId; byMemberId: RecordId },
): Promise<boolean> {
  if (!(await isQuarantined(tx, deviceId))) return false;
  await tx.delete(quarantinedTable, [deviceId]);
  const scopeId = organizationScope(organizationId);
  const event = "device-released";
  await appendAudit(
    tx,
    { scopeId, atMs },
    { event, memberId: byMemberId, deviceId },
  );
  return true;
}
