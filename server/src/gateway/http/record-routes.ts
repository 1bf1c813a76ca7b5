/** Records and their history. SPEC HT-2 to HT-4. */
import { createRoute, z } from "@hono/zod-openapi";
import { recordHistoryPageSchema, recordIdSchema } from "@suture/schema";

import { readHistory } from "../../audit/record-history.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { describeRecord, recordSchema } from "./describe-record.ts";
import { findRecord, type FoundRecord } from "./find-record.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import { jsonContent } from "../../identity/identity-response.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";

const idParameter = z.object({ id: recordIdSchema });
const maxHistoryPage = 200;

export function addRecordRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, reads } = deps;
  const session = {
    security: signedIn,
    middleware: requireSession(identity),
  };

  function noteRead(
    { membership, row }: FoundRecord,
    what: "record" | "history",
  ): void {
    const { organizationId, memberId } = membership;
    const { scopeId, recordId } = row;
    reads.note({ organizationId, scopeId, memberId, what, recordId });
  }

  const read = createRoute({
    method: "get",
    path: "/v1/records/{id}",
    summary: "A record as it is now; a group in conflict gives no single value",
    ...session,
    request: { params: idParameter },
    responses: {
      200: jsonContent(recordSchema, "Fields, and groups as they read"),
      ...errorResponses,
    },
  });
  app.openapi(read, async (c) => {
    const { personId } = sessionOf(c);
    const { id } = c.req.valid("param");
    const record = await findRecord(deps, personId, id, async (tx, found) => {
      noteRead(found, "record");
      return describeRecord(tx, found);
    });
    return record === undefined
      ? respondWithHttpError(c, "record-unknown")
      : c.json(record, 200, noStore);
  });

  const history = createRoute({
    method: "get",
    path: "/v1/records/{id}/history",
    summary: "Who changed what, when, on which device, and what they had seen",
    ...session,
    request: {
      params: idParameter,
      query: z.object({
        /** `next` of the page before. */
        after: z.coerce.number().int().nonnegative().default(0),
        limit: z.coerce.number().int().min(1).max(maxHistoryPage).default(50),
      }),
    },
    responses: {
      200: jsonContent(
        recordHistoryPageSchema,
        "In the order in which the server admitted them",
      ),
      ...errorResponses,
    },
  });
  app.openapi(history, async (c) => {
    const { personId } = sessionOf(c);
    const { id } = c.req.valid("param");
    const { after, limit } = c.req.valid("query");
    const page = await findRecord(deps, personId, id, async (tx, found) => {
      noteRead(found, "history");
      const { row, type, view } = found;
      const { recordId, recordType } = row;
      const request = { recordId, type, view, after, limit };
      const { entries, next } = await readHistory(tx, request);
      const heads = [...view.index.heads()];
      return { recordId, recordType, heads, entries: [...entries], next };
    });
    return page === undefined
      ? respondWithHttpError(c, "record-unknown")
      : c.json(page, 200, noStore);
  });
}
