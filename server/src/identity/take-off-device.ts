/**
 * Taking people off a device, and revoking it when nobody is left: in the caller's transaction, which says why. The tokens end
 * with it, the audit is owed an entry for each person, and what is given back is announced once it is durable. SPEC ID-16.
 */
import { err, identityError, ok } from "@suture/schema";
import type {
  DeviceId,
  IdentityError,
  PersonId,
  RecordId,
  Result,
  WriteTransaction,
} from "@suture/schema";
import { devicesOfPersonTable, devicesTable } from "./identity-tables.ts";
import type { DeviceRow } from "./identity-tables.ts";
import { oweEventOfPerson } from "./owe-event.ts";
import type { Revocation } from "./revocations.ts";
import { revokeSyncTokens } from "./sync-tokens.ts";

export interface Removal {
  readonly deviceId: DeviceId;
  readonly atMs: number;
  /** The admin whose doing it is, where it is not the person's own; told to that organization only. */
  readonly by?: {
    readonly organizationId: RecordId;
    readonly memberId: RecordId;
  };
}

/** For everyone on it, for good. Nothing is owed for a device that was revoked before: it was told then. */
export async function revokeDeviceIn(
  tx: WriteTransaction,
  row: DeviceRow,
  removal: Removal,
): Promise<Revocation> {
  const { deviceId, atMs } = removal;
  await tx.put(devicesTable, [deviceId], {
    ...row,
    revokedAtMs: row.revokedAtMs ?? atMs,
  });
  await revokeSyncTokens(tx, deviceId);
  if (row.revokedAtMs === undefined)
    for (const personId of row.personIds)
      await oweRevoked(tx, personId, removal);
  return { kind: "device", deviceId };
}

/** One person; the device with them if nobody else is on it. Errors: `device-unknown` when they are not on it. */
export async function takeOffIn(
  tx: WriteTransaction,
  personId: PersonId,
  removal: Removal,
): Promise<Result<Revocation, IdentityError>> {
  const { deviceId } = removal;
  const row = await tx.get(devicesTable, [deviceId]);
  if (!row?.personIds.includes(personId))
    return err(identityError("device-unknown"));
  if (row.personIds.length === 1)
    return ok(await revokeDeviceIn(tx, row, removal));
  const personIds = row.personIds.filter((other) => other !== personId);
  await tx.put(devicesTable, [deviceId], { ...row, personIds });
  await tx.delete(devicesOfPersonTable, [personId, deviceId]);
  await revokeSyncTokens(tx, deviceId, personId);
  if (row.revokedAtMs === undefined) await oweRevoked(tx, personId, removal);
  return ok({ kind: "person-on-device", deviceId, personId });
}

async function oweRevoked(
  tx: WriteTransaction,
  personId: PersonId,
  { deviceId, atMs, by }: Removal,
): Promise<void> {
  await oweEventOfPerson(
    tx,
    { personId, atMs },
    ({ organizationId, memberId }) =>
      by?.organizationId === organizationId
        ? {
            event: "device-withdrawn",
            memberId,
            deviceId,
            byMemberId: by.memberId,
          }
        : { event: "device-revoked", memberId, deviceId },
  );
}
