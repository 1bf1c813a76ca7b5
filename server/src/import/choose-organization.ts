import {
  err,
  isRecordId,
  ok,
  recordIdFromBytes,
  type Random,
  type RecordId,
  type Result,
  type Store,
} from "@suture/schema";
import { recordsTable } from "../log/log-tables.ts";

export interface ChosenOrganization {
  readonly organizationId: RecordId;
  /** Not here yet: to be created by the import, which is told so. */
  readonly isNew: boolean;
}

export type OrganizationProblem = {
  readonly code: "organization-unknown" | "organization-ambiguous";
  readonly organizationIds: readonly RecordId[];
};

/** The one that is named, or the only one there is; a new one where there is none. */
export async function chooseOrganization(
  { store, random }: { readonly store: Store; readonly random: Random },
  named: string | null,
): Promise<Result<ChosenOrganization, OrganizationProblem>> {
  const organizationIds = await listOrganizations(store);
  if (named !== null) {
    const organizationId = organizationIds.find((held) => held === named);
    return organizationId === undefined
      ? err({ code: "organization-unknown", organizationIds })
      : ok({ organizationId, isNew: false });
  }
  const [only, ...others] = organizationIds;
  if (others.length > 0)
    return err({ code: "organization-ambiguous", organizationIds });
  return ok(
    only === undefined
      ? { organizationId: recordIdFromBytes(random.bytes(16)), isNew: true }
      : { organizationId: only, isNew: false },
  );
}

async function listOrganizations(store: Store): Promise<readonly RecordId[]> {
  const found: RecordId[] = [];
  for (const partition of await store.listPartitions()) {
    if (!isRecordId(partition)) continue;
    const row = await store.read(partition, (tx) =>
      tx.get(recordsTable, [partition]),
    );
    if (row?.parentId === null) found.push(partition);
  }
  return found.sort();
}
