/**
 * What identity does and the audit tells, as one organization sees it: ids only, and its own member for the person. Each is owed
 * in the transaction of the act (`owe-event.ts`) and becomes an entry as it stands here. SPEC AU-9, AU-11.
 */
import { deviceIdSchema, recordIdSchema } from "@suture/schema";
import { z } from "zod";

const onDevice = { memberId: recordIdSchema, deviceId: deviceIdSchema };

export const identityEventSchema = z.discriminatedUnion("event", [
  // people
  z.strictObject({
    event: z.literal("invitation-created"),
    memberId: recordIdSchema,
    byMemberId: recordIdSchema,
  }),
  z.strictObject({
    event: z.literal("invitation-accepted"),
    memberId: recordIdSchema,
  }),
  /** The member is from now on this person; who that is, only the accounts know. */
  z.strictObject({
    event: z.literal("member-linked"),
    memberId: recordIdSchema,
  }),
  z.strictObject({ event: z.literal("sign-in"), memberId: recordIdSchema }),
  /** Told some seconds later, with the time of the refusal. */
  z.strictObject({
    event: z.literal("sign-in-refused"),
    memberId: recordIdSchema,
  }),
  z.strictObject({ event: z.literal("sign-out"), memberId: recordIdSchema }),
  /** A refresh token came after another had taken its place, perhaps from a thief; the session was ended. SPEC ID-9. */
  z.strictObject({
    event: z.literal("refresh-reused"),
    memberId: recordIdSchema,
  }),
  /** The member may open connections for plain Automerge clients for an hour, on the device of their session. */
  z.strictObject({ event: z.literal("automerge-ticket-issued"), ...onDevice }),

  // devices
  z.strictObject({ event: z.literal("device-registered"), ...onDevice }),
  /** By the member; an admin, or somebody on it. */
  z.strictObject({ event: z.literal("device-renamed"), ...onDevice }),
  /** The member is no longer on it: by their own doing, or another organization's. */
  z.strictObject({ event: z.literal("device-revoked"), ...onDevice }),
  /** An admin took the member off the device. */
  z.strictObject({
    event: z.literal("device-withdrawn"),
    ...onDevice,
    byMemberId: recordIdSchema,
  }),
  /** An admin ended the device for all members, for good. Each who was on it has a `device-withdrawn` beside it. */
  z.strictObject({
    event: z.literal("device-closed"),
    deviceId: deviceIdSchema,
    byMemberId: recordIdSchema,
  }),

  // keys
  /** By the server's operator. A distrusted key's tokens and checkpoints are no longer believed. */
  z.strictObject({ event: z.literal("signing-key-rotated"), kid: z.string() }),
  z.strictObject({
    event: z.literal("signing-key-distrusted"),
    kid: z.string(),
  }),
]);
export type IdentityEvent = z.infer<typeof identityEventSchema>;
