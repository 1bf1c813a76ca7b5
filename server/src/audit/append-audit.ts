/**
 * Adds entries to a scope's chains, in the transaction of what they describe: either both are there, or neither. SPEC AU-1.
 * Reading and adding share the transaction, so the chain cannot fork.
 */
import {
  firstAuditChain,
  nextAuditChain,
  type ScopeId,
  type WriteTransaction,
} from "@suture/schema";

import type { AuditEntry, ReadNote } from "./audit-entry.ts";
import {
  auditHeadsTable,
  auditReadHeadsTable,
  auditReadsTable,
  auditTable,
} from "./audit-tables.ts";

export async function appendAudit(
  tx: WriteTransaction,
  at: { readonly scopeId: ScopeId; readonly atMs: number },
  entry: AuditEntry,
): Promise<void> {
  const { scopeId, atMs } = at;
  const head = await tx.get(auditHeadsTable, [scopeId]);
  const sequence = (head?.sequence ?? 0) + 1;
  const chain = nextAuditChain(
    head?.chain ?? firstAuditChain("audit", scopeId),
    { name: "audit", scopeId, sequence, atMs, entry },
  );
  await tx.put(auditTable, [scopeId, sequence], { atMs, entry, chain });
  await tx.put(auditHeadsTable, [scopeId], { sequence, chain });
}

/** Adds one entry for a whole batch of reads to the scope's chain of reads; nothing for an empty batch. SPEC AU-6. */
export async function noteReads(
  tx: WriteTransaction,
  at: { readonly scopeId: ScopeId; readonly atMs: number },
  reads: readonly ReadNote[],
): Promise<void> {
  if (reads.length === 0) return;
  const { scopeId, atMs } = at;
  const entry = { reads: [...reads] };
  const head = await tx.get(auditReadHeadsTable, [scopeId]);
  const sequence = (head?.sequence ?? 0) + 1;
  const chain = nextAuditChain(
    head?.chain ?? firstAuditChain("reads", scopeId),
    { name: "reads", scopeId, sequence, atMs, entry },
  );
  await tx.put(auditReadsTable, [scopeId, sequence], { atMs, entry, chain });
  const isAnchored = false;
  await tx.put(auditReadHeadsTable, [scopeId], { sequence, chain, isAnchored });
}
