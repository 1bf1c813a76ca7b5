/**
 * Stranded work for those who run an organization: what was refused, what it was to say, and what becomes of it. Every look is
 * in the chain of reads. SPEC SW-20 to SW-24.
 */
import { createRoute, z } from "@hono/zod-openapi";
import {
  bytesToHex,
  changeHashSchema,
  maxReasonLength,
  recordIdSchema,
  reportReaders,
  strandedDescriptionSchema,
  strandedPageSchema,
  strandedStateSchema,
  strandedSummarySchema,
  type StrandedSummary,
} from "@suture/schema";

import { listRefused, refusedBytesOf } from "../../admission/refusals.ts";
import { jsonBody, jsonContent } from "../../identity/identity-response.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { actingMember, type ActingMember } from "./acting-member.ts";
import { adoptStranded } from "./adopt-stranded.ts";
import { describeStranded, summarizeStranded } from "./describe-stranded.ts";
import { dismissStranded } from "./dismiss-stranded.ts";
import {
  findStranded,
  visibleStranded,
  type Stranded,
} from "./find-stranded.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";
import { SaidAgain } from "./said-again.ts";

const maxStrandedPage = 200;
const listPath = "/v1/organizations/{id}/stranded";
const onePath = `${listPath}/{hash}`;
const organizationParameter = z.object({ id: recordIdSchema });
const oneParameter = z.object({ id: recordIdSchema, hash: changeHashSchema });

export const decisionRequestSchema = z
  .object({ reason: z.string().trim().min(1).max(maxReasonLength) })
  .openapi("StrandedDecisionRequest");

// Named after zod has learned to name schemas, which those of `schema` were made before.
const strandedDescription = strandedDescriptionSchema
  .clone()
  .openapi("Stranded");
const strandedPage = strandedPageSchema.extend({
  stranded: z.array(strandedSummarySchema.clone().openapi("StrandedSummary")),
});
const strandedState = strandedStateSchema.clone().openapi("StrandedState");

export function addStrandedRoutes(app: HttpApp, deps: HttpDeps): void {
  addStrandedReads(app, deps);
  addStrandedDecisions(app, deps);
}

function addStrandedReads(app: HttpApp, deps: HttpDeps): void {
  const { identity, store, recordTypes, clock, reads, yieldTurn } = deps;
  const session = {
    security: signedIn,
    middleware: requireSession(identity),
  };

  function noteRead(
    { membership }: ActingMember,
    { place, recordId }: Stranded,
  ): void {
    const { organizationId, memberId } = membership;
    const { scopeId } = place;
    const what = "stranded";
    reads.note({ organizationId, scopeId, memberId, what, recordId });
  }

  const list = createRoute({
    method: "get",
    path: listPath,
    summary: "Refused changes that are kept (managers, admins, auditors)",
    ...session,
    request: {
      params: organizationParameter,
      query: z.object({
        /** Whether to give those that were decided about too. */
        state: z.enum(["open", "all"]).default("open"),
        /** `next` of the page before. */
        before: z.coerce.number().int().positive().optional(),
        /** Of refusals looked at: a page may hold fewer, and there may still be more. */
        limit: z.coerce.number().int().min(1).max(maxStrandedPage).default(100),
      }),
    },
    responses: {
      200: jsonContent(
        strandedPage,
        "Newest first, of the record types and teams you may read",
      ),
      ...errorResponses,
    },
  });
  app.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    const { state, before = null, limit } = c.req.valid("query");
    const found = await actingMember(
      deps,
      sessionOf(c).personId,
      id,
      reportReaders,
    );
    if (!found.ok) return respondWithHttpError(c, found.error);
    const reader = found.value;
    const { changes, next } = await store.read(id, (tx) =>
      listRefused(tx, { before, limit }),
    );
    const saidAgain = new SaidAgain();
    const stranded: StrandedSummary[] = [];
    // One at a time: each may cost as much to read as a change can, and between them others have their turn.
    for (const change of changes) {
      await yieldTurn();
      const visible = await store.read(id, (tx) =>
        visibleStranded(tx, recordTypes, reader, [change], saidAgain),
      );
      for (const each of visible) {
        if (state !== "all" && each.state.kind !== "open") continue;
        noteRead(reader, each);
        stranded.push(summarizeStranded(each));
      }
    }
    return c.json({ stranded, next }, 200, noStore);
  });

  const read = createRoute({
    method: "get",
    path: onePath,
    summary: "What a refused change was to say, on what base, and why not",
    ...session,
    request: { params: oneParameter },
    responses: {
      200: jsonContent(
        strandedDescription,
        "What was tried, from what to what",
      ),
      ...errorResponses,
    },
  });
  app.openapi(read, async (c) => {
    const { id, hash } = c.req.valid("param");
    const found = await actingMember(
      deps,
      sessionOf(c).personId,
      id,
      reportReaders,
    );
    if (!found.ok) return respondWithHttpError(c, found.error);
    const reader = found.value;
    const described = await store.read(id, async (tx) => {
      const stranded = await findStranded(tx, recordTypes, reader, hash);
      if (stranded === undefined) return undefined;
      noteRead(reader, stranded);
      return describeStranded(tx, recordTypes, stranded);
    });
    return described === undefined
      ? respondWithHttpError(c, "stranded-unknown")
      : c.json(described, 200, noStore);
  });

  const take = createRoute({
    method: "get",
    path: `${onePath}/export`,
    summary: "A refused change with its bytes as they came",
    ...session,
    request: { params: oneParameter },
    responses: {
      200: jsonContent(
        strandedDescription.extend({
          format: z.literal("suture-stranded-1"),
          exportedAtMs: z.int(),
          /** In hex. */
          bytes: z.string(),
        }),
        "Holds clinical content",
      ),
      ...errorResponses,
    },
  });
  app.openapi(take, async (c) => {
    const { id, hash } = c.req.valid("param");
    const found = await actingMember(
      deps,
      sessionOf(c).personId,
      id,
      reportReaders,
    );
    if (!found.ok) return respondWithHttpError(c, found.error);
    const reader = found.value;
    const exported = await store.read(id, async (tx) => {
      const stranded = await findStranded(tx, recordTypes, reader, hash);
      const bytes = stranded && (await refusedBytesOf(tx, stranded));
      if (stranded === undefined || bytes === undefined) return undefined;
      noteRead(reader, stranded);
      return {
        format: "suture-stranded-1" as const,
        exportedAtMs: clock.now(),
        ...(await describeStranded(tx, recordTypes, stranded)),
        bytes: bytesToHex(bytes),
      };
    });
    return exported === undefined
      ? respondWithHttpError(c, "stranded-unknown")
      : c.json(exported, 200, noStore);
  });
}

function addStrandedDecisions(app: HttpApp, deps: HttpDeps): void {
  const session = {
    security: signedIn,
    middleware: requireSession(deps.identity),
  };

  const adopt = createRoute({
    method: "post",
    path: `${onePath}/adopt`,
    summary: "Take a refused change over under your own name",
    ...session,
    request: { params: oneParameter, ...jsonBody(decisionRequestSchema) },
    responses: {
      200: jsonContent(
        z.object({ state: strandedState }),
        "The change that it became, durable; the first one, however often it is asked",
      ),
      ...errorResponses,
    },
  });
  app.openapi(adopt, async (c) => {
    const { id, hash } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const request = { id, hash, reason };
    const state = await adoptStranded(deps, sessionOf(c), request);
    return state.ok
      ? c.json({ state: state.value }, 200, noStore)
      : respondWithHttpError(c, state.error.code, state.error.refusal);
  });

  const dismiss = createRoute({
    method: "post",
    path: `${onePath}/dismiss`,
    summary: "Take a refused change off the list (managers, admins)",
    ...session,
    request: { params: oneParameter, ...jsonBody(decisionRequestSchema) },
    responses: {
      200: jsonContent(
        z.object({ state: strandedState }),
        "It stays where it is kept",
      ),
      ...errorResponses,
    },
  });
  app.openapi(dismiss, async (c) => {
    const { id, hash } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const { personId } = sessionOf(c);
    const state = await dismissStranded(deps, personId, { id, hash, reason });
    return state.ok
      ? c.json({ state: state.value }, 200, noStore)
      : respondWithHttpError(c, state.error);
  });
}
