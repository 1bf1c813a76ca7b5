/** The audit's chains, page by page, with what is needed to check them here. For auditors and admins. SPEC HT-7. */
import {
  chainHashSchema,
  leafProofSchema,
  scopeIdSchema,
  type RecordId,
  type ScopeId,
} from "@suture/schema";
import { z } from "zod";

import type { ApiFetch } from "./api-fetch.ts";

/**
 * An entry as it is chained: nothing of it may be dropped, or its digest would be another. What it says is read by name, so that an
 * entry of a newer server is still shown.
 */
const entrySchema = z.record(z.string(), z.json());
export type AuditEntry = z.infer<typeof entrySchema>;

const chainedSchema = z.object({
  sequence: z.int().positive(),
  atMs: z.int(),
  entry: entrySchema,
  /** Null for a change that the entry before tells of. */
  chain: chainHashSchema.nullable(),
});
export type ChainedEntry = z.infer<typeof chainedSchema>;

export const auditChainSchema = z.enum(["audit", "reads"]);
export type AuditChain = z.infer<typeof auditChainSchema>;

const pageSchema = z.object({
  scopeId: scopeIdSchema,
  chain: auditChainSchema,
  entries: z.array(chainedSchema),
  next: z.string().nullable(),
  scopeIds: z.array(scopeIdSchema),
  checkpoint: z
    .object({ jws: z.string(), proofs: z.array(leafProofSchema) })
    .nullable(),
});
export type AuditPage = z.infer<typeof pageSchema>;

const pageEntries = 500;

export interface ChainOf {
  readonly organizationId: RecordId;
  readonly scopeId: ScopeId;
  readonly chain: AuditChain;
}

export function readAuditPage(
  api: ApiFetch,
  of: ChainOf & {
    /** Oldest first, if left out. */
    readonly order?: "newest-first";
    /** `next` of the page before, in the same order; from its beginning if left out. */
    readonly after?: string;
  },
) {
  return api({
    method: "GET",
    path: "/v1/audit",
    query: { ...of, limit: pageEntries },
    answer: pageSchema,
  });
}

/** Puts on record that so many of a chain's entries go into a file. Nothing may go out before it is answered. SPEC HT-15. */
export function noteAuditExport(
  api: ApiFetch,
  exported: ChainOf & { readonly upTo: number; readonly count: number },
) {
  return api({
    method: "POST",
    path: "/v1/audit/exports",
    body: exported,
    answer: z.null(),
  });
}

/** The same of a record's history. */
export function noteHistoryExport(
  api: ApiFetch,
  recordId: RecordId,
  count: number,
) {
  return api({
    method: "POST",
    path: `/v1/records/${recordId}/exports`,
    body: { count },
    answer: z.null(),
  });
}
