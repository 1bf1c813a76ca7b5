/**
 * Invitations: how a person comes to be a member. The member record exists already, with its roles; accepting the one-time
 * code links it to the person. Rights come from the member record, never from here.
 *
 * A code has 128 bits and is kept as its digest. Expired, used and unknown codes answer the same, `invitation-refused`, and
 * so does a member who is linked to somebody else already. SPEC ID-17.
 */
import { err, identityError, ok } from "@suture/schema";
import type {
  Clock,
  IdentityError,
  PersonId,
  Random,
  RecordId,
  Result,
  Store,
  WriteTransaction,
} from "@suture/schema";
import {
  identityPartition,
  invitationsTable,
  membersOfPersonTable,
  personMembersTable,
} from "./identity-tables.ts";
import { oweEvent } from "./owe-event.ts";
import { digestOf, drawSecret } from "./secrets.ts";

export interface Membership {
  readonly organizationId: RecordId;
  readonly memberId: RecordId;
}

export interface NewInvitation extends Membership {
  readonly invitedBy: PersonId;
  /** As whom in the organization. */
  readonly byMemberId: RecordId;
  readonly expiresAtMs: number;
}

export interface Invitations {
  /** A code to hand over once; it cannot be read back. Whoever calls has checked that `invitedBy` may invite. */
  createInvitation(invitation: NewInvitation): Promise<string>;
  /** The same person may accept again: the first answer may have been lost. Errors: `invitation-refused`. */
  acceptInvitation(
    code: string,
    personId: PersonId,
  ): Promise<Result<Membership, IdentityError>>;
  /** Idempotent; for the founder of an organization. Errors: `invitation-refused` when the member is somebody else. */
  linkPerson(
    membership: Membership,
    personId: PersonId,
  ): Promise<Result<void, IdentityError>>;
  membersOfPerson(personId: PersonId): Promise<readonly Membership[]>;
  personOfMember(membership: Membership): Promise<PersonId | undefined>;
}

export function createInvitations(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}): Invitations {
  const { store, clock, random } = deps;
  const refused = () => err(identityError("invitation-refused"));

  return {
    async createInvitation(invitation) {
      const code = drawSecret(random, 16);
      const { organizationId, memberId, invitedBy, byMemberId, expiresAtMs } =
        invitation;
      const atMs = clock.now();
      await store.write(identityPartition, async (tx) => {
        await tx.put(invitationsTable, [digestOf(code)], {
          organizationId,
          memberId,
          invitedBy,
          expiresAtMs,
          createdAtMs: atMs,
        });
        const event = "invitation-created";
        await oweEvent(
          tx,
          { organizationId, atMs },
          { event, memberId, byMemberId },
        );
      });
      return code;
    },

    async acceptInvitation(code, personId) {
      return store.write(identityPartition, async (tx) => {
        const row = await tx.get(invitationsTable, [digestOf(code)]);
        if (!row || row.expiresAtMs <= clock.now()) return refused();
        if (row.acceptedBy !== undefined && row.acceptedBy !== personId)
          return refused();
        const { organizationId, memberId } = row;
        const link = await linkIn(tx, { organizationId, memberId }, personId);
        if (link === "somebody-else") return refused();
        const atMs = clock.now();
        await tx.put(invitationsTable, [digestOf(code)], {
          ...row,
          acceptedBy: personId,
          acceptedAtMs: atMs,
        });
        if (row.acceptedBy === undefined)
          await oweEvent(
            tx,
            { organizationId, atMs },
            { event: "invitation-accepted", memberId },
          );
        return ok({ organizationId, memberId });
      });
    },

    async linkPerson(membership, personId) {
      const { organizationId, memberId } = membership;
      return store.write(identityPartition, async (tx) => {
        const link = await linkIn(tx, membership, personId);
        if (link === "somebody-else") return refused();
        if (link === "new")
          await oweEvent(
            tx,
            { organizationId, atMs: clock.now() },
            { event: "member-linked", memberId },
          );
        return ok(undefined);
      });
    },

    async membersOfPerson(personId) {
      const rows = await store.read(identityPartition, (tx) =>
        tx.scan(membersOfPersonTable, { prefix: [personId] }),
      );
      return rows.map((row) => row.value);
    },

    async personOfMember({ organizationId, memberId }) {
      const row = await store.read(identityPartition, (tx) =>
        tx.get(personMembersTable, [organizationId, memberId]),
      );
      return row?.personId;
    },
  };
}

async function linkIn(
  tx: WriteTransaction,
  { organizationId, memberId }: Membership,
  personId: PersonId,
): Promise<"new" | "known" | "somebody-else"> {
  const linked = await tx.get(personMembersTable, [organizationId, memberId]);
  if (linked) return linked.personId === personId ? "known" : "somebody-else";
  await tx.put(personMembersTable, [organizationId, memberId], { personId });
  await tx.put(membersOfPersonTable, [personId, organizationId, memberId], {
    organizationId,
    memberId,
  });
  return "new";
}
