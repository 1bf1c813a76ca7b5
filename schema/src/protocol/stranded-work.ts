/**
 * Stranded work as the server tells it: what was tried, on what base, by whom, on which device, when, and why it was refused.
 * SPEC SW-21.
 */
import { z } from "zod";

import { changeHashSchema, deviceIdSchema, recordIdSchema } from "../ids.ts";
import { recordHistoryEditSchema } from "./record-history.ts";
import { refusalCodeSchema } from "../codes/verdict-codes.ts";

const decided = {
  byMemberId: recordIdSchema,
  atMs: z.int(),
  reason: z.string(),
};

export const strandedStateSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("open") }),
  /** Composed again under the name of whoever adopted it, as the change `as`. */
  z.object({ kind: z.literal("adopted"), ...decided, as: changeHashSchema }),
  z.object({ kind: z.literal("dismissed"), ...decided }),
  /** Its author's device has said it again by itself, as the change `as`. */
  z.object({ kind: z.literal("said-again"), as: changeHashSchema }),
]);

export const strandedSummarySchema = z.object({
  recordId: recordIdSchema,
  /** Null if nothing here says what it is about. */
  recordType: z.string().nullable(),
  hash: changeHashSchema,
  code: refusalCodeSchema,
  message: z.string(),
  /** Who pushed it, and on which device. */
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
  refusedAtMs: z.int(),
  state: strandedStateSchema,
});
export type StrandedSummary = z.infer<typeof strandedSummarySchema>;

export const strandedDescriptionSchema = strandedSummarySchema.extend({
  /** The device's clock. Null if it cannot be read. */
  deviceTimeMs: z.int().nullable(),
  /** What its author had seen: the changes it builds on. */
  base: z.array(changeHashSchema),
  /** What it was to write, from what to what; null if that cannot be read. */
  tried: z.array(recordHistoryEditSchema).nullable(),
  /** Of texts, what was typed and how much was taken out. */
  typed: z.array(
    z.object({
      target: z.string(),
      inserted: z.string(),
      deletedCount: z.int().nonnegative(),
    }),
  ),
});
export type StrandedDescription = z.infer<typeof strandedDescriptionSchema>;

/** Newest first; `next` is where to go on. */
export const strandedPageSchema = z.object({
  stranded: z.array(strandedSummarySchema),
  next: z.int().positive().nullable(),
});
