/** Review tasks in an organization's partition. A closed task stays: what it asked, and how, when and by whom it was settled. */
import {
  changeHashSchema,
  defineTable,
  deviceIdSchema,
  recordIdSchema,
  reviewOutcomeSchema,
  reviewTaskSchema,
  type Table,
} from "@suture/schema";
import { z } from "zod";

/** The change whose admission opened or closed a task. */
export const reviewCauseSchema = z.strictObject({
  hash: changeHashSchema,
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
});
export type ReviewCause = z.infer<typeof reviewCauseSchema>;

const reviewRowSchema = z.strictObject({
  /**
   * The task as each scope sees it. One, except for two appointments of different teams that want the same: then one from
   * either side, the lesser record id first.
   */
  tasks: z.array(reviewTaskSchema).min(1).max(2),
  state: z.discriminatedUnion("isOpen", [
    z.strictObject({ isOpen: z.literal(true) }),
    z.strictObject({
      isOpen: z.literal(false),
      outcome: reviewOutcomeSchema,
      closedAtMs: z.int(),
      by: reviewCauseSchema,
      /** Where it ended in agreement: everybody who said the same. */
      signerIds: z.array(recordIdSchema).exactOptional(),
    }),
  ]),
});
export type ReviewRow = z.infer<typeof reviewRowSchema>;

/** `[reviewId]` */
export const reviewsTable = defineTable({
  name: "reviews",
  schema: reviewRowSchema,
});

/** `[scopeId, reviewId]`: the open ones. */
export const openReviewsTable = defineTable({
  name: "reviews_open",
  schema: z.strictObject({ recordType: z.string() }),
});

/** `[scopeId, closedAtMs, reviewId]`: the closed ones, as they closed. */
export const closedReviewsTable = defineTable({
  name: "reviews_closed",
  schema: z.strictObject({}),
});

/** `[recordId, reviewId]`: all of a record's, open or closed. */
export const reviewsByRecordTable = defineTable({
  name: "reviews_by_record",
  schema: z.strictObject({ isOpen: z.boolean() }),
});

/** `[actor, start, recordId, end]`, in milliseconds since year 1 (keys count from 0): when somebody or something is taken. */
export const bookingsTable = defineTable({
  name: "bookings",
  schema: z.strictObject({}),
});

/** `[recordId]`: what of `bookings` is this appointment's. */
export const bookingsByRecordTable = defineTable({
  name: "bookings_by_record",
  schema: z.strictObject({
    scopeId: reviewTaskSchema.options[0].shape.scopeId,
    intervals: z.array(
      z.strictObject({ actor: z.string(), startMs: z.int(), endMs: z.int() }),
    ),
  }),
});

/** `[actor]`: the longest interval ever booked for it, so that a search knows how far back to look. */
export const bookingSpansTable = defineTable({
  name: "booking_spans",
  schema: z.strictObject({ longestMs: z.int().nonnegative() }),
});

/** Give these when opening the store. */
export const reviewTables: readonly Table<unknown>[] = [
  reviewsTable,
  openReviewsTable,
  closedReviewsTable,
  reviewsByRecordTable,
  bookingsTable,
  bookingsByRecordTable,
  bookingSpansTable,
];
