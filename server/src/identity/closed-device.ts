/** Devices that an organization has closed to its members. SPEC ID-24. */
import type { PersonId, ReadTransaction, RecordId } from "@suture/schema";
import { membersOfPersonTable } from "./identity-tables.ts";
import type { DeviceRow } from "./identity-tables.ts";

/** Whether an organization that the person belongs to has revoked the device for its members. */
export async function isClosedTo(
  tx: ReadTransaction,
  personId: PersonId,
  { closedTo = [] }: DeviceRow,
): Promise<boolean> {
  return closedTo.length > 0 && isMemberOf(tx, personId, closedTo);
}

async function isMemberOf(
  tx: ReadTransaction,
  personId: PersonId,
  organizationIds: readonly RecordId[],
): Promise<boolean> {
  const rows = await tx.scan(membersOfPersonTable, { prefix: [personId] });
  return rows.some(({ value }) =>
    organizationIds.includes(value.organizationId),
  );
}
