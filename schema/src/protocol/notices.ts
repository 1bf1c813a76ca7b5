import { z } from "zod";

import {
  deviceIdSchema,
  recordIdSchema,
  reviewIdSchema,
  scopeIdSchema,
} from "../ids.ts";
import { maxManifestRecords, unsyncedCountsSchema } from "./manifest.ts";
import { membershipSchema } from "./welcome.ts";
import { cursorSchema } from "./cursor.ts";
import { reviewOutcomeSchema, reviewTaskSchema } from "./review-task.ts";

/** The member may read this scope from now on; the device asks for its snapshot. */
export const scopeGrantedMessage = z.strictObject({
  type: z.literal("scope-granted"),
  scopeId: scopeIdSchema,
  organizationId: recordIdSchema,
  end: cursorSchema,
  memberships: z.array(membershipSchema),
});
export type ScopeGrantedMessage = z.infer<typeof scopeGrantedMessage>;

/** The member may no longer read this scope. */
export const scopeRevokedMessage = z.strictObject({
  type: z.literal("scope-revoked"),
  scopeId: scopeIdSchema,
  memberships: z.array(membershipSchema),
});
export type ScopeRevokedMessage = z.infer<typeof scopeRevokedMessage>;

/** Review tasks opened, changed or closed in scopes of this session; all open ones follow `welcome`. */
export const reviewsMessage = z.strictObject({
  type: z.literal("reviews"),
  open: z.array(reviewTaskSchema),
  closed: z.array(
    z.strictObject({ reviewId: reviewIdSchema, outcome: reviewOutcomeSchema }),
  ),
});
export type ReviewsMessage = z.infer<typeof reviewsMessage>;

/** A device that a colleague is on came, went, or still holds work of theirs. SPEC SY-4, EV-6. */
export const presenceMessage = z.strictObject({
  type: z.literal("presence"),
  organizationId: recordIdSchema,
  deviceId: deviceIdSchema,
  memberId: recordIdSchema,
  isConnected: z.boolean(),
  unsynced: unsyncedCountsSchema.extend({
    /** Records touched on the device, as far as whoever is told may read them. */
    recordIds: z.array(recordIdSchema).max(maxManifestRecords),
  }),
  seenAtMs: z.int(),
});
export type PresenceMessage = z.infer<typeof presenceMessage>;

/** Liveness is judged by answers: whoever gets a `ping` answers `pong` with the same number. */
export const pingMessage = z.strictObject({
  type: z.literal("ping"),
  number: z.int().nonnegative(),
});
export type PingMessage = z.infer<typeof pingMessage>;
export const pongMessage = z.strictObject({
  type: z.literal("pong"),
  number: z.int().nonnegative(),
});
export type PongMessage = z.infer<typeof pongMessage>;
