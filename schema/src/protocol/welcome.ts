import { z } from "zod";

import { recordIdSchema, scopeIdSchema } from "../ids.ts";
import { roleSchema } from "../access/role.ts";
import { cursorSchema } from "./cursor.ts";
import { jwksSchema } from "./keys.ts";

export const membershipSchema = z.strictObject({
  organizationId: recordIdSchema,
  memberId: recordIdSchema,
  /** As they count now: the lesser rights while the membership is in conflict. */
  roles: z.array(roleSchema),
  teamIds: z.array(recordIdSchema),
});
export type Membership = z.infer<typeof membershipSchema>;

/** Answer to `hello`: who the person is here now, and what they replicate. Pages for known scopes follow by themselves. SPEC SY-1. */
export const welcomeMessage = z.strictObject({
  type: z.literal("welcome"),
  sessionId: z.string(),
  serverTimeMs: z.int(),
  memberships: z.array(membershipSchema),
  /** Every scope this session replicates, with where its log ends now. */
  scopes: z.array(
    z.strictObject({
      scopeId: scopeIdSchema,
      organizationId: recordIdSchema,
      end: cursorSchema,
    }),
  ),
  /** Schema versions of records the server takes, lowest and highest. */
  schemaVersions: z.tuple([z.int(), z.int()]),
  jwks: jwksSchema,
});
export type WelcomeMessage = z.infer<typeof welcomeMessage>;

/** The server is here but will not serve this session now; try again no earlier than that. */
export const busyMessage = z.strictObject({
  type: z.literal("busy"),
  retryAfterMs: z.int().nonnegative(),
});
export type BusyMessage = z.infer<typeof busyMessage>;

/** Says why before a socket closes. */
export const errorMessage = z.strictObject({
  type: z.literal("error"),
  code: z.string(),
  message: z.string(),
});
export type ErrorMessage = z.infer<typeof errorMessage>;
