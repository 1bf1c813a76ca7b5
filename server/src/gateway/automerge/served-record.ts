/** What a person may be served of a record now: all of it or nothing, as the log holds it. SPEC PA-5. */
import type {
  ChangeHash,
  Place,
  ReadTransaction,
  RecordId,
  Store,
} from "@suture/schema";
import {
  changeBytesTable,
  changeIndexTable,
  recordsTable,
  type ChangeRow,
  type RecordRow,
} from "../../log/log-tables.ts";
import type { Access, ScopeAccess } from "../sync/access.ts";

export interface ServedRecord {
  readonly recordType: string;
  /** Under which the person reads it. */
  readonly scope: ScopeAccess;
  /** In the order in which they were admitted, which is a causal one. */
  readonly changes: readonly ServedChange[];
}

export interface ServedChange {
  readonly hash: ChangeHash;
  readonly bytes: Uint8Array;
  readonly isSigned: boolean;
  readonly places: readonly Place[];
}

/** Undefined for what is not here and for what may not be read: the same answer. */
export function readServed(
  store: Store,
  access: Access,
  recordId: RecordId,
): Promise<ServedRecord | undefined> {
  return findServed(store, access, recordId, readChanges);
}

/** How many changes `readServed` would give. */
export function countServed(
  store: Store,
  access: Access,
  recordId: RecordId,
): Promise<number | undefined> {
  return findServed(
    store,
    access,
    recordId,
    async (_tx, { changeCount }) => changeCount,
  );
}

async function findServed<T>(
  store: Store,
  { memberships, scopes }: Access,
  recordId: RecordId,
  use: (tx: ReadTransaction, row: RecordRow, scope: ScopeAccess) => Promise<T>,
): Promise<T | undefined> {
  for (const { organizationId } of memberships) {
    const found = await store.read(organizationId, async (tx) => {
      const row = await tx.get(recordsTable, [recordId]);
      const scope = row && scopes.get(row.scopeId);
      return row && scope?.mayRead(row.recordType) === true
        ? use(tx, row, scope)
        : undefined;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

async function readChanges(
  tx: ReadTransaction,
  { recordId, recordType }: RecordRow,
  scope: ScopeAccess,
): Promise<ServedRecord> {
  const rows = await tx.scan(changeIndexTable, { prefix: [recordId] });
  const bytesByHash = new Map<unknown, Uint8Array>();
  for (const { key, value } of await tx.scan(changeBytesTable, {
    prefix: [recordId],
  }))
    bytesByHash.set(key[1], value);
  const changes = rows.map(({ value }) => {
    const bytes = bytesByHash.get(value.hash);
    if (bytes === undefined)
      throw new Error("a change in the index has no bytes");
    return { ...servedOf(value), bytes };
  });
  return { recordType, scope, changes };
}

function servedOf({ hash, statements, places }: ChangeRow) {
  return { hash, isSigned: Object.keys(statements).length > 0, places };
}
