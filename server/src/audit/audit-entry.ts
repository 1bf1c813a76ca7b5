/**
 * What the audit says: one closed union, told apart by `event`. Entries hold ids, hashes, codes and counts; never a value of a
 * record, a name or a token. What somebody saw or wrote is read from the records that the ids and hashes name. SPEC AU-2.
 *
 * Each chain is of one scope. What is no one scope's (signing in, devices) stands in the organization's chain of every
 * organization that the person is a member of.
 */
import {
  attachmentHashSchema,
  changeHashSchema,
  deviceIdSchema,
  opIdSchema,
  recordIdSchema,
  refusalCodeSchema,
  reviewIdSchema,
  reviewOutcomeSchema,
  waitingCodeSchema,
  chainHashSchema,
  scopeIdSchema,
} from "@suture/schema";
import { z } from "zod";

import { identityEventSchema } from "../identity/identity-event.ts";

const authored = {
  recordId: recordIdSchema,
  hash: changeHashSchema,
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
};
const conflict = {
  reviewId: reviewIdSchema,
  recordId: recordIdSchema,
  group: z.string(),
};
const reviewKindSchema = z.enum([
  "conflict",
  "double-booking",
  "new-result",
  "attendance",
]);
const onDevice = { memberId: recordIdSchema, deviceId: deviceIdSchema };

/** Who said one of the things that agree. */
export const signerSchema = z.strictObject({
  opId: opIdSchema,
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
});
export type Signer = z.infer<typeof signerSchema>;

export const auditEntrySchema = z.discriminatedUnion("event", [
  // changes
  /** Rows of the log of this chain's scope, both ends inclusive, with the time of this entry: what they name was admitted. */
  z.strictObject({
    event: z.literal("changes-admitted"),
    fromSequence: z.int().positive(),
    toSequence: z.int().positive(),
    /** The log's, after the last of them: it commits to each. */
    chain: chainHashSchema,
  }),
  z.strictObject({
    event: z.literal("change-refused"),
    ...authored,
    /** Null where the sender is no member. */
    memberId: recordIdSchema.nullable(),
    code: refusalCodeSchema,
  }),
  z.strictObject({
    event: z.literal("change-waiting"),
    ...authored,
    /** Null where the sender is no member yet. */
    memberId: recordIdSchema.nullable(),
    code: waitingCodeSchema,
  }),
  /** A refused change composed again under another name, as the change `as`. `memberId` and `deviceId` had pushed the original. */
  z.strictObject({
    event: z.literal("work-adopted"),
    ...authored,
    adoptedBy: z.strictObject(onDevice),
    as: changeHashSchema,
  }),
  /** A refused change taken off the list of what is to be decided. */
  z.strictObject({
    event: z.literal("work-dismissed"),
    ...authored,
    dismissedBy: recordIdSchema,
  }),
  /** Rows that hash to a checkpoint of ours: what of them is not here may be brought back. Once for what is new in it. */
  z.strictObject({
    event: z.literal("restore-proven"),
    /** Who showed the proof. */
    memberId: recordIdSchema,
    deviceId: deviceIdSchema,
    /** Of the log that the rows are of. */
    scopeId: scopeIdSchema,
    fromSequence: z.int().positive(),
    toSequence: z.int().positive(),
    /** The checkpoint's number. */
    checkpoint: z.int().positive(),
    /** How many changes may be brought back that could not before. */
    count: z.int().positive(),
  }),
  /** A change this server had lost, brought back. `memberId` and `deviceId` are its first author's. */
  z.strictObject({
    event: z.literal("change-restored"),
    ...authored,
    broughtBackBy: z.strictObject({
      memberId: recordIdSchema,
      deviceId: deviceIdSchema,
    }),
  }),
  /** It overwrote something that its device had not been sent. A flag, not a verdict. */
  z.strictObject({ event: z.literal("signed-unseen"), ...authored }),
  /** The bytes that a record names came, from this member on this device. */
  z.strictObject({
    event: z.literal("attachment-stored"),
    recordId: recordIdSchema,
    ...onDevice,
    attachment: attachmentHashSchema,
    byteLength: z.int().nonnegative(),
  }),

  // reviews
  z.strictObject({
    event: z.literal("conflict-opened"),
    ...conflict,
    candidates: z.array(opIdSchema),
  }),
  /** The question changed while it was open: a candidate came or went. */
  z.strictObject({
    event: z.literal("conflict-changed"),
    ...conflict,
    candidates: z.array(opIdSchema),
  }),
  z.strictObject({
    event: z.literal("conflict-agreed"),
    ...conflict,
    signers: z.array(signerSchema).min(2),
  }),
  z.strictObject({
    event: z.literal("conflict-resolved"),
    ...conflict,
    hash: changeHashSchema,
    memberId: recordIdSchema,
    settled: z.array(opIdSchema),
  }),
  z.strictObject({
    event: z.literal("conflict-reopened"),
    ...conflict,
    candidates: z.array(opIdSchema),
  }),
  z.strictObject({
    event: z.literal("review-opened"),
    reviewId: reviewIdSchema,
    kind: reviewKindSchema,
    recordId: recordIdSchema,
  }),
  z.strictObject({
    event: z.literal("review-closed"),
    reviewId: reviewIdSchema,
    kind: reviewKindSchema,
    recordId: recordIdSchema,
    outcome: reviewOutcomeSchema,
  }),

  // people and devices
  z.strictObject({
    event: z.literal("organization-created"),
    organizationId: recordIdSchema,
    ...onDevice,
  }),
  /** Whoever owns the data directory gave themselves this member, on the machine itself: an import. Nobody signs in as it. */
  z.strictObject({ event: z.literal("operator-joined"), ...onDevice }),
  ...identityEventSchema.options,
  /** It pushed two changes with one actor and sequence: one is here, one was refused. The member is who pushed. */
  z.strictObject({
    event: z.literal("device-quarantined"),
    ...onDevice,
    recordId: recordIdSchema,
    admitted: changeHashSchema,
    refused: changeHashSchema,
  }),
  /** By an admin: that is the member. */
  z.strictObject({ event: z.literal("device-released"), ...onDevice }),
  z.strictObject({
    event: z.literal("exported"),
    /** Null where the operator of the server exported. */
    memberId: recordIdSchema.nullable(),
    what: z.enum(["audit", "history"]),
    recordId: recordIdSchema.nullable(),
    /** How many entries of the chains, or of the record's history, went out. */
    count: z.int().nonnegative(),
    /** The last entry of each chain that went out, this one included; none for a history. */
    upTo: z.array(
      z.strictObject({
        chain: z.enum(["audit", "reads"]),
        scopeId: scopeIdSchema,
        sequence: z.int().positive(),
      }),
    ),
  }),

  // reads
  /** Where the chain of reads stands, so that checkpoints cover it too. */
  z.strictObject({
    event: z.literal("reads-anchored"),
    sequence: z.int().positive(),
    chain: chainHashSchema,
  }),
]);
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** One row of the stretch that a `changes-admitted` tells of, as readers get it (`read-audit.ts`); no entry of a chain. */
export const toldChangeSchema = z.discriminatedUnion("event", [
  z.strictObject({
    event: z.literal("change-admitted"),
    ...authored,
    /** Of the log's row. */
    sequence: z.int().positive(),
  }),
  /** Its record moved to this scope, and brought it along. */
  z.strictObject({
    event: z.literal("change-brought-along"),
    ...authored,
    sequence: z.int().positive(),
    /** To the log it was in first. */
    admittedAtMs: z.int(),
  }),
]);
export type ToldChange = z.infer<typeof toldChangeSchema>;

/** One read: over HTTP, or a page of a log delivered to a device. */
export const readNoteSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    atMs: z.int(),
    memberId: recordIdSchema,
    what: z.enum([
      "record",
      "history",
      "attachment",
      "review",
      "reviews",
      "audit",
      "devices",
      "stranded",
    ]),
    recordId: recordIdSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal("delivered"),
    atMs: z.int(),
    memberId: recordIdSchema,
    deviceId: deviceIdSchema,
    scopeId: scopeIdSchema,
    fromSequence: z.int().nonnegative(),
    toSequence: z.int().nonnegative(),
  }),
  /** Opened on a device, as it noted and later told. */
  z.strictObject({
    kind: z.literal("opened"),
    atMs: z.int(),
    memberId: recordIdSchema,
    deviceId: deviceIdSchema,
    recordId: recordIdSchema,
  }),
]);
export type ReadNote = z.infer<typeof readNoteSchema>;
