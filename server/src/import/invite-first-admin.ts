/**
 * An organization that an import created has a member who can run it and nobody who is that member. The operator hands the
 * invitation to whoever is to be its first admin; it is made once, and again when it has expired unused. SPEC IM-8.
 */
import { encodeUtf8, recordIdFromBytes, sha256 } from "@suture/schema";
import type { Clock, Random, RecordId, Store } from "@suture/schema";
import { settleOwed } from "../audit/owed-entries.ts";
import {
  identityPartition,
  invitationsTable,
  personMembersTable,
} from "../identity/identity-tables.ts";
import { createInvitations } from "../identity/invitations.ts";
import { recordsTable } from "../log/log-tables.ts";
import { importSigner, operatorId } from "./operator.ts";

export interface FirstAdminInvitation {
  /** Works once. Shown to the operator and kept nowhere. */
  readonly code: string;
  readonly expiresAtMs: number;
}

const lifetimeMs = 14 * 24 * 3_600_000;

/** The record that is made with the organization. */
export function firstAdminId(organizationId: RecordId): RecordId {
  const bytes = encodeUtf8(`suture import first admin ${organizationId}`);
  return recordIdFromBytes(sha256(bytes).slice(0, 16));
}

/** Null where there is no such member, somebody has joined, or an invitation is out. */
export async function inviteFirstAdmin(
  deps: {
    readonly store: Store;
    readonly clock: Clock;
    readonly random: Random;
  },
  organizationId: RecordId,
): Promise<FirstAdminInvitation | null> {
  const { store, clock } = deps;
  const memberId = firstAdminId(organizationId);
  const member = await store.read(organizationId, (tx) =>
    tx.get(recordsTable, [memberId]),
  );
  if (member === undefined) return null;
  const atMs = clock.now();
  const isTaken = await store.read(identityPartition, async (tx) => {
    const [joined] = await tx.scan(personMembersTable, {
      prefix: [organizationId],
      limit: 1,
    });
    const invitations = await tx.scan(invitationsTable);
    return (
      joined !== undefined ||
      invitations.some(
        ({ value }) =>
          value.organizationId === organizationId && value.expiresAtMs > atMs,
      )
    );
  });
  if (isTaken) return null;
  const expiresAtMs = atMs + lifetimeMs;
  const code = await createInvitations(deps).createInvitation({
    organizationId,
    memberId,
    invitedBy: operatorId,
    byMemberId: importSigner(organizationId).memberId,
    expiresAtMs,
  });
  await settleOwed(store, {
    onAppended: () => undefined,
    onFailed: (_, cause) => {
      throw cause;
    },
  });
  return { code, expiresAtMs };
}
