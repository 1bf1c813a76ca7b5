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

export function readAuditPage(
  api: ApiFetch,
  of: {
    readonly organizationId: RecordId;
    readonly scopeId: ScopeId;
    readonly chain: AuditChain;
    readonly after: string;
  },
) {
  return api({
    method: "GET",
    path: "/v1/audit",
    query: { ...of, limit: pageEntries },
    answer: pageSchema,
  });
}
