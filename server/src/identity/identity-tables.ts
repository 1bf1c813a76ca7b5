/**
 * What identity keeps in the store, all in one partition. No row holds a password (better-auth keeps its own tables), a
 * session token, a sync token or a refresh token that would work if somebody read it: those are kept as digests or not at all.
 * The signing keys and secrets are here in the clear, so the database file is as secret as they are.
 */
import {
  defineTable,
  deviceIdSchema,
  personIdSchema,
  recordIdSchema,
} from "@suture/schema";
import type { Table } from "@suture/schema";
import { z } from "zod";
import { identityEventSchema } from "./identity-event.ts";
import { publicKeySchema } from "./public-key.ts";

export const identityPartition = "system";

const atMs = z.int().nonnegative();

/** `[kid]`. Only the current key has a private half. */
export const signingKeysTable = defineTable({
  name: "identity_signing_keys",
  schema: z.object({
    publicJwk: publicKeySchema,
    privateJwk: publicKeySchema.extend({ d: z.string() }).optional(),
    createdAtMs: atMs,
    retiredAtMs: atMs.optional(),
  }),
});

/** `[name]` */
export const secretsTable = defineTable({
  name: "identity_secrets",
  schema: z.object({ secret: z.string().min(43) }),
});

/** `[personId, sessionId]`; without a row the session has ended. */
export const sessionsTable = defineTable({
  name: "identity_sessions",
  schema: z.object({
    startedAtMs: atMs,
    expiresAtMs: atMs,
    /** Digest of the refresh token that was used last. */
    renewedBy: z.string().optional(),
  }),
});

/** `[digest of the refresh token]`. Those that no longer renew stay until they expire, so that one that comes back is noticed. */
export const refreshesTable = defineTable({
  name: "identity_refreshes",
  schema: z.object({
    personId: personIdSchema,
    sessionId: z.uuid(),
    expiresAtMs: atMs,
    /** Digest of the refresh token that gave it; the first of a session has none. */
    givenFor: z.string().optional(),
    /** Of rows from when a refresh token renewed once. */
    isUsed: z.boolean().optional(),
  }),
});

/** `[deviceId, personId, tokenId]`; without a row the token is revoked. */
export const syncTokensTable = defineTable({
  name: "identity_sync_tokens",
  schema: z.object({
    jkt: z.string(),
    issuedAtMs: atMs,
    expiresAtMs: atMs,
    isUsed: z.boolean(),
  }),
});

/** `[deviceId, digest of the ticket]` */
export const syncTicketsTable = defineTable({
  name: "identity_sync_tickets",
  schema: z.object({
    /** The sync token it was asked with. */
    caller: z.object({
      personId: personIdSchema,
      deviceId: deviceIdSchema,
      tokenId: z.uuid(),
      expiresAtMs: atMs,
      jkt: z.string(),
    }),
    ticketExpiresAtMs: atMs,
  }),
});

/** `[deviceId of the session, digest of the ticket]` */
export const automergeTicketsTable = defineTable({
  name: "identity_automerge_tickets",
  schema: z.object({
    personId: personIdSchema,
    sessionId: z.uuid(),
    expiresAtMs: atMs,
  }),
});

const deviceRowSchema = z.object({
  name: z.string(),
  publicKey: publicKeySchema,
  jkt: z.string(),
  personIds: z.array(personIdSchema),
  registeredAtMs: atMs,
  revokedAtMs: atMs.optional(),
  /** Organizations whose members may not use it any more. */
  closedTo: z.array(recordIdSchema).optional(),
});
export type DeviceRow = z.infer<typeof deviceRowSchema>;

/** `[deviceId]` */
export const devicesTable = defineTable({
  name: "identity_devices",
  schema: deviceRowSchema,
});

/** `[jkt]`: a key is one device for ever, also after it was revoked. */
export const devicesByKeyTable = defineTable({
  name: "identity_devices_by_key",
  schema: z.object({ deviceId: deviceIdSchema }),
});

/** `[personId, deviceId]` */
export const devicesOfPersonTable = defineTable({
  name: "identity_devices_of_person",
  schema: z.object({ deviceId: deviceIdSchema }),
});

/** `[digest of the code]` */
export const invitationsTable = defineTable({
  name: "identity_invitations",
  schema: z.object({
    organizationId: recordIdSchema,
    memberId: recordIdSchema,
    invitedBy: personIdSchema,
    createdAtMs: atMs,
    expiresAtMs: atMs,
    acceptedBy: personIdSchema.optional(),
    acceptedAtMs: atMs.optional(),
  }),
});

/** `[organizationId, memberId]` */
export const personMembersTable = defineTable({
  name: "person_members",
  schema: z.object({ personId: personIdSchema }),
});

/** `[personId, organizationId, memberId]` */
export const membersOfPersonTable = defineTable({
  name: "members_of_person",
  schema: z.object({
    organizationId: recordIdSchema,
    memberId: recordIdSchema,
  }),
});

/** `[issuer, digest of the subject]`: whom another service signs in. Never found by an e-mail. */
export const externalPersonsTable = defineTable({
  name: "identity_external_persons",
  schema: z.object({ personId: personIdSchema, firstSignInAtMs: atMs }),
});

/** `[digest of the nonce]`: used up; the others are not stored at all. */
export const usedNoncesTable = defineTable({
  name: "identity_used_nonces",
  schema: z.object({ expiresAtMs: atMs }),
});

/** `[atMs, random]`: a sign-in that was refused; of nobody, where the e-mail is unknown. See `refused-sign-ins.ts`. */
export const refusedSignInsTable = defineTable({
  name: "identity_refused_sign_ins",
  schema: z.object({ personId: personIdSchema.nullable() }),
});

const owedEventSchema = z.object({
  organizationId: recordIdSchema,
  atMs,
  event: identityEventSchema,
});
export type OwedEvent = z.infer<typeof owedEventSchema>;

/** `[number]`: what the audit has yet to tell, from 1 on and no number twice. See `owe-event.ts`. */
export const owedEventsTable = defineTable({
  name: "identity_owed_events",
  schema: owedEventSchema,
});

/** `["last"]`: the number of the last event that was ever owed. */
export const owedNumbersTable = defineTable({
  name: "identity_owed_numbers",
  schema: z.object({ number: z.int().positive() }),
});

/** Give these when opening the store. */
export const identityTables: readonly Table<unknown>[] = [
  signingKeysTable,
  secretsTable,
  sessionsTable,
  refreshesTable,
  syncTokensTable,
  syncTicketsTable,
  automergeTicketsTable,
  devicesTable,
  devicesByKeyTable,
  devicesOfPersonTable,
  invitationsTable,
  personMembersTable,
  membersOfPersonTable,
  externalPersonsTable,
  usedNoncesTable,
  refusedSignInsTable,
  owedEventsTable,
  owedNumbersTable,
];
