/** Finds a record that a person may read. What does not exist and what they may not see are the same answer. SPEC HT-2. */
import type {
  Membership,
  PersonId,
  ReadTransaction,
  RecordId,
  RecordType,
} from "@suture/schema";

import type { RecordRow } from "../../log/log-tables.ts";
import { openRecordView, type RecordView } from "../../log/record-view.ts";
import { readAccess } from "../sync/access.ts";
import type { HttpDeps } from "./http-deps.ts";

export interface FoundRecord {
  readonly membership: Membership;
  readonly row: RecordRow;
  readonly type: RecordType;
  readonly view: RecordView;
}

/** Runs `use` on the record, in the transaction that found it; undefined where there is none for this person. */
export async function findRecord<T>(
  deps: Pick<HttpDeps, "store" | "recordTypes" | "identity">,
  personId: PersonId,
  recordId: RecordId,
  use: (tx: ReadTransaction, found: FoundRecord) => Promise<T>,
): Promise<T | undefined> {
  const { store, recordTypes } = deps;
  const access = await readAccess(deps, personId);
  for (const membership of access.memberships) {
    const found = await store.read(
      membership.organizationId,
      async (tx): Promise<{ readonly value: T } | undefined> => {
        const record = await openRecordView(tx, recordId, recordTypes.get);
        if (record === undefined) return undefined;
        const scope = access.scopes.get(record.row.scopeId);
        if (scope?.mayRead(record.row.recordType) !== true) return undefined;
        return { value: await use(tx, { ...record, membership }) };
      },
    );
    if (found !== undefined) return found.value;
  }
  return undefined;
}
