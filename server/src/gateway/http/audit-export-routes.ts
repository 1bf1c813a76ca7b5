/**
 * Whoever makes a file of what they read in the audit, or of a record's history, says so before: it becomes an entry, as the export on
 * the machine itself does. What is said is checked against what there is to export; the answer is sent once the entry is durable.
 * SPEC AU-19, HT-15.
 */
import { createRoute, z } from "@hono/zod-openapi";
import {
  organizationScope,
  recordIdSchema,
  scopeIdSchema,
  type RecordId,
} from "@suture/schema";

import { appendAudit } from "../../audit/append-audit.ts";
import type { AuditEntry } from "../../audit/audit-entry.ts";
import {
  auditHeadsTable,
  auditReadHeadsTable,
} from "../../audit/audit-tables.ts";
import { jsonBody } from "../../identity/identity-response.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { actingMember } from "./acting-member.ts";
import { findRecord } from "./find-record.ts";
import { auditReaders } from "./audit-routes.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";

type Exported = Omit<
  Extract<AuditEntry, { readonly event: "exported" }>,
  "event"
>;

const noted = {
  204: { description: "It is on record" },
  ...errorResponses,
};

export function addAuditExportRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, store, clock, checkpoints } = deps;
  const session = {
    security: signedIn,
    middleware: requireSession(identity),
  };

  async function note(
    organizationId: RecordId,
    exported: Exported,
  ): Promise<void> {
    const scopeId = organizationScope(organizationId);
    const at = { scopeId, atMs: clock.now() };
    await store.write(organizationId, (tx) =>
      appendAudit(tx, at, { event: "exported", ...exported }),
    );
    checkpoints.noteAppended(organizationId);
  }

  const exportAudit = createRoute({
    method: "post",
    path: "/v1/audit/exports",
    summary: "Says that entries of a chain go into a file (auditors, admins)",
    ...session,
    request: jsonBody(
      z.object({
        organizationId: recordIdSchema,
        scopeId: scopeIdSchema,
        chain: z.enum(["audit", "reads"]),
        /** Of the last entry that goes out. */
        upTo: z.int().positive(),
        /** Entries, and changes or reads told one by one. */
        count: z.int().positive(),
      }),
    ),
    responses: noted,
  });
  app.openapi(exportAudit, async (c) => {
    const { organizationId, scopeId, chain, upTo, count } = c.req.valid("json");
    const { personId } = sessionOf(c);
    const reader = await actingMember(
      deps,
      personId,
      organizationId,
      auditReaders,
    );
    if (!reader.ok) return respondWithHttpError(c, reader.error);
    const table = chain === "audit" ? auditHeadsTable : auditReadHeadsTable;
    const head = await store.read(organizationId, (tx) =>
      tx.get<{ readonly sequence: number }>(table, [scopeId]),
    );
    if (head === undefined) return respondWithHttpError(c, "scope-unknown");
    if (upTo > head.sequence) return respondWithHttpError(c, "request-invalid");
    await note(organizationId, {
      memberId: reader.value.membership.memberId,
      what: "audit",
      recordId: null,
      count,
      upTo: [{ chain, scopeId, sequence: upTo }],
    });
    return c.body(null, 204, noStore);
  });

  const exportHistory = createRoute({
    method: "post",
    path: "/v1/records/{id}/exports",
    summary: "Says that a record's history goes into a file",
    ...session,
    request: {
      params: z.object({ id: recordIdSchema }),
      /** Changes that go out. */
      ...jsonBody(z.object({ count: z.int().positive() })),
    },
    responses: noted,
  });
  app.openapi(exportHistory, async (c) => {
    const { id: recordId } = c.req.valid("param");
    const { count } = c.req.valid("json");
    const { personId } = sessionOf(c);
    const found = await findRecord(
      deps,
      personId,
      recordId,
      (_, { membership, view }) =>
        Promise.resolve({ membership, held: view.index.size }),
    );
    if (found === undefined) return respondWithHttpError(c, "record-unknown");
    if (count > found.held) return respondWithHttpError(c, "request-invalid");
    const { organizationId, memberId } = found.membership;
    await note(organizationId, {
      memberId,
      what: "history",
      recordId,
      count,
      upTo: [],
    });
    return c.body(null, 204, noStore);
  });
}
