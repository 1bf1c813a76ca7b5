import type { RecordId, Store } from "@suture/schema";

import { membersTable } from "../../admission/admission-tables.ts";

/** An organization's members as they count now: what somebody who has left does since is no business of its admins. SPEC ID-23. */
export function activeMembers(
  store: Store,
  organizationId: RecordId,
): Promise<ReadonlySet<RecordId>> {
  return store.read(organizationId, async (tx) => {
    const rows = await tx.scan(membersTable);
    return new Set(
      rows
        .filter(({ value }) => value.isActive)
        .map(({ value }) => value.memberId),
    );
  });
}
