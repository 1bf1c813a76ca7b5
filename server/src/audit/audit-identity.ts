/**
 * Identity whose doings stand in the audit: signing in, devices, becoming a member. Each is an entry in the organization's chain
 * of every organization that the person is a member of. SPEC AU-9.
 *
 * Accounts live in another partition than an organization's chains, so an entry is written right after what it tells of, and
 * before the caller is answered: nobody holds a token whose sign-in is not on record.
 */
import {
  organizationScope,
  type Clock,
  type PersonId,
  type RecordId,
  type Store,
} from "@suture/schema";

import type { Identity } from "../identity/identity.ts";
import { appendAudit } from "./append-audit.ts";
import type { AuditEntry } from "./audit-entry.ts";
import type { Checkpointer } from "./checkpointer.ts";

export interface AuditIdentityDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly checkpoints: Pick<Checkpointer, "noteAppended">;
}

export function auditIdentity(
  identity: Identity,
  { store, clock, checkpoints }: AuditIdentityDeps,
): Identity {
  const { invitations, devices } = identity;

  async function append(
    organizationId: RecordId,
    entry: AuditEntry,
  ): Promise<void> {
    const at = {
      scopeId: organizationScope(organizationId),
      atMs: clock.now(),
    };
    await store.write(organizationId, (tx) => appendAudit(tx, at, entry));
    checkpoints.noteAppended(organizationId);
  }

  async function appendForPerson(
    personId: PersonId,
    entryOf: (memberId: RecordId) => AuditEntry,
  ): Promise<void> {
    const members = await invitations.membersOfPerson(personId);
    for (const { organizationId, memberId } of members)
      await append(organizationId, entryOf(memberId));
  }

  return {
    ...identity,

    async signIn(credentials) {
      const grant = await identity.signIn(credentials);
      if (grant.ok)
        await appendForPerson(grant.value.personId, (memberId) => ({
          event: "sign-in",
          memberId,
        }));
      return grant;
    },

    async registerDevice(registration) {
      const grant = await identity.registerDevice(registration);
      if (!grant.ok) return grant;
      const { deviceId } = grant.value;
      const session = await identity.verifySessionRequest(
        registration.authorization,
      );
      if (session.ok)
        await appendForPerson(session.value.personId, (memberId) => ({
          event: "device-registered",
          memberId,
          deviceId,
        }));
      return grant;
    },

    devices: {
      ...devices,
      async leave(personId, deviceId) {
        const left = await devices.leave(personId, deviceId);
        if (left.ok)
          await appendForPerson(personId, (memberId) => ({
            event: "device-revoked",
            memberId,
            deviceId,
          }));
        return left;
      },
      async revoke(deviceId) {
        const people = (await devices.find(deviceId))?.personIds ?? [];
        const revoked = await devices.revoke(deviceId);
        if (!revoked.ok) return revoked;
        for (const personId of people)
          await appendForPerson(personId, (memberId) => ({
            event: "device-revoked",
            memberId,
            deviceId,
          }));
        return revoked;
      },
    },

    invitations: {
      ...invitations,
      async acceptInvitation(code, personId) {
        const accepted = await invitations.acceptInvitation(code, personId);
        if (accepted.ok) {
          const { organizationId, memberId } = accepted.value;
          const event = "invitation-accepted";
          await append(organizationId, { event, memberId });
        }
        return accepted;
      },
      async linkPerson(membership, personId) {
        const before = await invitations.personOfMember(membership);
        const linked = await invitations.linkPerson(membership, personId);
        if (linked.ok && before === undefined) {
          const { organizationId, memberId } = membership;
          await append(organizationId, { event: "member-linked", memberId });
        }
        return linked;
      },
    },
  };
}
