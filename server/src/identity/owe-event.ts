/**
 * What identity does, the audit tells. Its chains are of other partitions than these rows, so no transaction holds both: the
 * transaction of the act also writes down what is owed, and whoever keeps the audit takes it from there. So an act that took
 * place is never left untold, whenever the process ends, and one that did not is never told. SPEC AU-11.
 */
import type { PersonId, RecordId, WriteTransaction } from "@suture/schema";
import type { IdentityEvent } from "./identity-event.ts";
import {
  membersOfPersonTable,
  owedEventsTable,
  owedNumbersTable,
} from "./identity-tables.ts";

/** To one organization. */
export async function oweEvent(
  tx: WriteTransaction,
  to: { readonly organizationId: RecordId; readonly atMs: number },
  event: IdentityEvent,
): Promise<void> {
  const last = await tx.get(owedNumbersTable, ["last"]);
  const number = (last?.number ?? 0) + 1;
  await tx.put(owedNumbersTable, ["last"], { number });
  await tx.put(owedEventsTable, [number], { ...to, event });
}

/** To every organization that the person is a member of; nothing for a person without one. */
export async function oweEventOfPerson(
  tx: WriteTransaction,
  of: { readonly personId: PersonId; readonly atMs: number },
  eventOf: (membership: {
    readonly organizationId: RecordId;
    readonly memberId: RecordId;
  }) => IdentityEvent,
): Promise<void> {
  const { personId, atMs } = of;
  const rows = await tx.scan(membersOfPersonTable, { prefix: [personId] });
  for (const { value } of rows) {
    const { organizationId } = value;
    await oweEvent(tx, { organizationId, atMs }, eventOf(value));
  }
}
