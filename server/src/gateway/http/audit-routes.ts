/** The audit's chains, page by page, with what is needed to check them offline. For auditors and admins. SPEC HT-7, AU-18. */
import { createRoute, z } from "@hono/zod-openapi";
import {
  chainHashSchema,
  leafProofSchema,
  organizationScope,
  recordIdSchema,
  scopeIdSchema,
  type ReadTransaction,
  type Role,
  type ScopeId,
} from "@suture/schema";

import {
  auditEntrySchema,
  readNoteSchema,
  toldChangeSchema,
} from "../../audit/audit-entry.ts";
import { auditHeadsTable, auditReadsTable } from "../../audit/audit-tables.ts";
import {
  auditCursorPattern,
  auditStart,
  cursorFromText,
  cursorToText,
  readAudit,
  readAuditBackwards,
  type AuditCursor,
} from "../../audit/read-audit.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { logHeadsTable } from "../../log/log-tables.ts";
import { actingMember } from "./acting-member.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import { jsonContent } from "../../identity/identity-response.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";

/** Who may read an organization's chains, and take them out. */
export const auditReaders: readonly Role[] = ["auditor", "admin"];
const maxAuditPage = 1_000;

export function addAuditRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, store, reads, checkpoints } = deps;
  const route = createRoute({
    method: "get",
    path: "/v1/audit",
    summary: "Entries of one scope's audit, or of its chain of reads",
    security: signedIn,
    middleware: requireSession(identity),
    request: {
      query: z.object({
        organizationId: recordIdSchema,
        /** The organization's own if left out. */
        scopeId: scopeIdSchema.optional(),
        chain: z.enum(["audit", "reads"]).default("audit"),
        order: z.enum(["oldest-first", "newest-first"]).default("oldest-first"),
        /** `next` of the page before, in the same order; from that order's beginning if left out. */
        after: z.string().regex(auditCursorPattern).optional(),
        limit: z.coerce.number().int().min(1).max(maxAuditPage).default(100),
      }),
    },
    responses: {
      200: jsonContent(
        z.object({
          scopeId: scopeIdSchema,
          chain: z.enum(["audit", "reads"]),
          entries: z.array(
            z.object({
              /** Of a change that an entry `changes-admitted` tells of: that entry's. */
              sequence: z.int().positive(),
              atMs: z.int(),
              entry: z.union([
                auditEntrySchema,
                toldChangeSchema,
                z.object({ reads: z.array(readNoteSchema) }),
              ]),
              /** After this entry; null for a change: it is no entry of its own. */
              chain: chainHashSchema.nullable(),
            }),
          ),
          next: z.string().regex(auditCursorPattern).nullable(),
          /** All scopes of the organization that have an audit. */
          scopeIds: z.array(scopeIdSchema),
          /** The last signed checkpoint, with the proof that it covers this scope. */
          checkpoint: z
            .object({ jws: z.string(), proofs: z.array(leafProofSchema) })
            .nullable(),
        }),
        "In the order in which they were written, or the other way round",
      ),
      ...errorResponses,
    },
  });
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const { organizationId, chain, order, limit } = query;
    const after =
      query.after === undefined ? null : cursorFromText(query.after);
    const scopeId = query.scopeId ?? organizationScope(organizationId);
    const { personId } = sessionOf(c);
    const reader = await actingMember(
      deps,
      personId,
      organizationId,
      auditReaders,
    );
    if (!reader.ok) return respondWithHttpError(c, reader.error);
    const page = await store.read(organizationId, async (tx) => {
      if ((await tx.get(logHeadsTable, [scopeId])) === undefined)
        return undefined;
      const read = readersOf[chain][order];
      const { entries, next } = await read(tx, scopeId, after, limit);
      const heads = await tx.scan(auditHeadsTable);
      const scopeIds = heads.map(({ key }) => scopeIdSchema.parse(key[0]));
      return {
        entries: [...entries],
        next: next && cursorToText(next),
        scopeIds,
      };
    });
    if (page === undefined) return respondWithHttpError(c, "scope-unknown");
    const { memberId } = reader.value.membership;
    const what = "audit";
    reads.note({ organizationId, scopeId, memberId, what, recordId: null });
    const signed = await checkpoints.messageFor(organizationId, [scopeId]);
    const checkpoint =
      signed === undefined ? null : { jws: signed.jws, proofs: signed.proofs };
    return c.json({ scopeId, chain, ...page, checkpoint }, 200, noStore);
  });
}

const readersOf = {
  audit: {
    "oldest-first": (
      tx: ReadTransaction,
      scopeId: ScopeId,
      after: AuditCursor | null,
      limit: number,
    ) => readAudit(tx, scopeId, after ?? auditStart, limit),
    "newest-first": readAuditBackwards,
  },
  reads: {
    "oldest-first": readReads({ reverse: false }),
    "newest-first": readReads({ reverse: true }),
  },
};

function readReads({ reverse }: { readonly reverse: boolean }) {
  return async (
    tx: ReadTransaction,
    scopeId: ScopeId,
    from: AuditCursor | null,
    limit: number,
  ) => {
    const rows = await tx.scan(auditReadsTable, {
      prefix: [scopeId],
      ...(from && {
        [reverse ? "before" : "after"]: [scopeId, from.sequence],
      }),
      reverse,
      limit: limit + 1,
    });
    const entries = rows
      .slice(0, limit)
      .map(({ key, value }) => ({ sequence: Number(key[1]), ...value }));
    const last = entries.at(-1);
    const next =
      rows.length > limit && last
        ? { sequence: last.sequence, row: null }
        : null;
    return { entries, next };
  };
}
