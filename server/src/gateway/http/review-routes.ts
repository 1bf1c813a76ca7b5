/** Review tasks: which there are, what each is about, and settling one. SPEC HT-5, HT-6. */
import { createRoute, z } from "@hono/zod-openapi";
import {
  changeHashSchema,
  placeSchema,
  recordIdSchema,
  reviewIdSchema,
  type Membership,
  type ReadTransaction,
  type RecordId,
} from "@suture/schema";

import { requireSession, sessionOf } from "../../identity/require-session.ts";
import {
  closedReviewsTable,
  openReviewsTable,
  reviewsByRecordTable,
  reviewsTable,
} from "../../review/review-tables.ts";
import { readAccess, scopesIn, type Access } from "../sync/access.ts";
import {
  describeReview,
  reviewSchema,
  reviewSummarySchema,
  summarizeReview,
  type ReviewSummary,
} from "./describe-review.ts";
import { findReview, visibleTask } from "./find-review.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import { jsonBody, jsonContent } from "../../identity/identity-response.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";
import { resolutionRequestSchema, resolveReview } from "./resolve-review.ts";

const maxClosed = 100;

const idParameter = z.object({ id: reviewIdSchema });

export function addReviewRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, recordTypes, reads } = deps;
  const session = {
    security: signedIn,
    middleware: requireSession(identity),
  };

  const list = createRoute({
    method: "get",
    path: "/v1/reviews",
    summary: "Open tasks, the last that closed, or all of one record",
    ...session,
    request: {
      query: z.object({
        /** All of this record's, open and closed. */
        recordId: recordIdSchema.optional(),
        /** `closed`: those that closed last, at most 100. */
        state: z.enum(["open", "closed"]).default("open"),
      }),
    },
    responses: {
      200: jsonContent(
        z.object({ reviews: z.array(reviewSummarySchema) }),
        "Oldest first; of the closed, the last closed first",
      ),
      ...errorResponses,
    },
  });
  app.openapi(list, async (c) => {
    const { recordId, state } = c.req.valid("query");
    const access = await readAccess(deps, sessionOf(c).personId);
    let reviews: ReviewSummary[] = [];
    for (const membership of access.memberships) {
      const { organizationId, memberId } = membership;
      const found = await deps.store.read(organizationId, (tx) =>
        listReviews(tx, deps, access, membership, { recordId, state }),
      );
      reviews.push(...found);
      for (const scopeId of new Set(found.map(({ task }) => task.scopeId)))
        reads.note({
          organizationId,
          scopeId,
          memberId,
          what: "reviews",
          recordId: recordId ?? null,
        });
    }
    if (recordId === undefined && state === "closed")
      reviews = reviews
        .sort((left, right) => closedAt(right) - closedAt(left))
        .slice(0, maxClosed);
    else
      reviews.sort(
        (left, right) => left.task.openedAtMs - right.task.openedAtMs,
      );
    return c.json({ reviews }, 200, noStore);
  });

  const read = createRoute({
    method: "get",
    path: "/v1/reviews/{id}",
    summary: "One task, and what there is to decide",
    ...session,
    request: { params: idParameter },
    responses: {
      200: jsonContent(
        reviewSchema,
        "For a conflict: the base, the candidates, and what each author had seen",
      ),
      ...errorResponses,
    },
  });
  app.openapi(read, async (c) => {
    const { personId } = sessionOf(c);
    const { id } = c.req.valid("param");
    const review = await findReview(deps, personId, id, async (tx, found) => {
      const { organizationId, memberId } = found.membership;
      const { scopeId, recordId } = found.task;
      reads.note({
        organizationId,
        scopeId,
        memberId,
        what: "review",
        recordId,
      });
      return describeReview(tx, recordTypes, found);
    });
    return review === undefined
      ? respondWithHttpError(c, "review-unknown")
      : c.json(review, 200, noStore);
  });

  const settle = createRoute({
    method: "post",
    path: "/v1/reviews/{id}/resolution",
    summary: "Settle a conflict between exactly the candidates named",
    ...session,
    request: { params: idParameter, ...jsonBody(resolutionRequestSchema) },
    responses: {
      200: jsonContent(
        z.object({
          recordId: recordIdSchema,
          hash: changeHashSchema,
          places: z.array(placeSchema),
        }),
        "The change that settles it, durable",
      ),
      ...errorResponses,
    },
  });
  app.openapi(settle, async (c) => {
    const settled = await resolveReview(
      deps,
      sessionOf(c),
      c.req.valid("param").id,
      c.req.valid("json"),
    );
    if (!settled.ok)
      return respondWithHttpError(c, settled.error.code, settled.error.refusal);
    const { recordId, hash, places } = settled.value;
    return c.json({ recordId, hash, places: [...places] }, 200, noStore);
  });
}

async function listReviews(
  tx: ReadTransaction,
  { recordTypes }: HttpDeps,
  access: Access,
  membership: Membership,
  {
    recordId,
    state: wanted,
  }: {
    readonly recordId: RecordId | undefined;
    readonly state: "open" | "closed";
  },
): Promise<readonly ReviewSummary[]> {
  const listed = wanted === "open" ? openReviewIds : closedReviewIds;
  const isCut = wanted === "closed" && recordId === undefined;
  const reviewIds =
    recordId === undefined
      ? await listed(tx, access, membership.organizationId)
      : (await tx.scan(reviewsByRecordTable, { prefix: [recordId] })).map(
          ({ key }) => String(key[1]),
        );
  const summaries: ReviewSummary[] = [];
  for (const reviewId of new Set(reviewIds)) {
    const row = await tx.get(reviewsTable, [reviewId]);
    const task = row && visibleTask(access, row);
    if (row === undefined || task === undefined) continue;
    const { state } = row;
    summaries.push(summarizeReview(recordTypes, { task, state, membership }));
    if (isCut && summaries.length === maxClosed) break;
  }
  return summaries;
}

async function openReviewIds(
  tx: ReadTransaction,
  access: Access,
  organizationId: RecordId,
): Promise<readonly string[]> {
  const reviewIds: string[] = [];
  for (const scopeId of scopesIn(access, organizationId)) {
    const open = await tx.scan(openReviewsTable, { prefix: [scopeId] });
    reviewIds.push(...open.map(({ key }) => String(key[1])));
  }
  return reviewIds;
}

/** The latest first. As many of each scope as are told in all: a scope may hold all of the last. */
async function closedReviewIds(
  tx: ReadTransaction,
  access: Access,
  organizationId: RecordId,
): Promise<readonly string[]> {
  const keys: (readonly (string | number)[])[] = [];
  for (const scopeId of scopesIn(access, organizationId)) {
    const closed = await tx.scan(closedReviewsTable, {
      prefix: [scopeId],
      reverse: true,
      limit: maxClosed,
    });
    keys.push(...closed.map(({ key }) => key));
  }
  return keys
    .sort((left, right) => Number(right[1]) - Number(left[1]))
    .map((key) => String(key[2]));
}

function closedAt({ state }: ReviewSummary): number {
  return state.isOpen ? 0 : state.closedAtMs;
}
