/** Questions of one record, also those that are closed, as the server tells them. SPEC HT-5. */
import {
  recordIdSchema,
  reviewOutcomeSchema,
  reviewTaskSchema,
  type RecordId,
} from "@suture/schema";
import { z } from "zod";

import type { ApiFetch } from "./api-fetch.ts";

const summarySchema = z.object({
  task: reviewTaskSchema,
  state: z.discriminatedUnion("isOpen", [
    z.object({ isOpen: z.literal(true) }),
    z.object({
      isOpen: z.literal(false),
      outcome: reviewOutcomeSchema,
      closedAtMs: z.int(),
      by: z.object({ memberId: recordIdSchema }),
      /** Of an agreement: everybody who said the same. */
      signerIds: z.array(recordIdSchema).optional(),
    }),
  ]),
});

export type ReviewSummary = z.infer<typeof summarySchema>;

const listSchema = z.object({ reviews: z.array(summarySchema) });

/** Those of all records that closed last, the last first: a hundred at most. */
export function listClosedReviews(api: ApiFetch) {
  return api({
    method: "GET",
    path: "/v1/reviews",
    query: { state: "closed" },
    answer: listSchema,
  });
}

export function listReviewsOf(api: ApiFetch, recordId: RecordId) {
  return api({
    method: "GET",
    path: "/v1/reviews",
    query: { recordId },
    answer: listSchema,
  });
}
