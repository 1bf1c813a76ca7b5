import { z } from "zod";

import {
  changeHashSchema,
  opIdSchema,
  recordIdSchema,
  reviewIdSchema,
  scopeIdSchema,
} from "../ids.ts";

const about = {
  reviewId: reviewIdSchema,
  organizationId: recordIdSchema,
  scopeId: scopeIdSchema,
  recordId: recordIdSchema,
  recordType: z.string(),
  openedAtMs: z.int(),
  /** Rises when the question changes: a candidate came or went. */
  revision: z.int().positive(),
};

/** A question for somebody who may settle it. Ids and codes only; what it is about is read from the records. SPEC RV-1. */
export const reviewTaskSchema = z.discriminatedUnion("kind", [
  /** Live statements of one group that say different things. */
  z.strictObject({
    ...about,
    kind: z.literal("conflict"),
    group: z.string(),
    candidates: z.array(opIdSchema).min(2),
  }),
  /** Two appointments want the same person, room or equipment at the same time. */
  z.strictObject({
    ...about,
    kind: z.literal("double-booking"),
    otherRecordId: recordIdSchema,
    actor: z.string(),
  }),
  /** A measurement the signer of a statement had not seen. */
  z.strictObject({
    ...about,
    kind: z.literal("new-result"),
    group: z.string(),
    statement: opIdSchema,
    entryId: z.string(),
  }),
  /** Cancelled or moved while somebody else recorded that the patient had arrived. */
  z.strictObject({
    ...about,
    kind: z.literal("attendance"),
    group: z.string(),
    statement: opIdSchema,
    change: changeHashSchema,
  }),
]);
export type ReviewTask = z.infer<typeof reviewTaskSchema>;
export type ReviewKind = ReviewTask["kind"];

export const reviewOutcomeSchema = z.enum(["resolved", "agreed", "superseded"]);
export type ReviewOutcome = z.infer<typeof reviewOutcomeSchema>;
