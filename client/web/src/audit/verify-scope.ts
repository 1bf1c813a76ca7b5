/** Reads all of a scope's chain and verifies it: links, signature, proof. SPEC AP-93. */
import {
  err,
  ok,
  type Result,
  type ScopeId,
  type RecordId,
} from "@suture/schema";
import { verifyByPublishedKeys } from "@suture/client";
import { z } from "zod";

import type { ApiFetch } from "../http/api-fetch.ts";
import type { ApiProblem } from "../http/api-problem.ts";
import {
  readAuditPage,
  type AuditChain,
  type AuditPage,
} from "../http/audit-api.ts";
import { ChainVerifier, type BrokenLink } from "./verify-pages.ts";

export interface ScopeVerdict {
  readonly count: number;
  readonly broken: BrokenLink | null;
  /** Of the chain of what happened; the chain of reads is covered through it. */
  readonly signed:
    | { readonly kind: "none" }
    | { readonly kind: "not-signed" | "not-proven" }
    | {
        readonly kind: "signed";
        readonly number: number;
        readonly atMs: number;
        /** Up to which entry. */
        readonly covered: number;
      };
}

const keysSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string() })),
});

export async function verifyScope(
  api: ApiFetch,
  of: {
    readonly organizationId: RecordId;
    readonly scopeId: ScopeId;
    readonly chain: AuditChain;
  },
  onProgress: (count: number) => void,
): Promise<Result<ScopeVerdict, ApiProblem>> {
  const verifier = new ChainVerifier(of.scopeId, of.chain);
  let last: AuditPage["checkpoint"] = null;
  for (let after: string | null = "0"; after !== null;) {
    const read: Awaited<ReturnType<typeof readAuditPage>> = await readAuditPage(
      api,
      { ...of, after },
    );
    if (!read.ok) return err(read.error);
    const broken = verifier.read(read.value);
    if (broken !== null)
      return ok({ count: verifier.count, broken, signed: { kind: "none" } });
    last = read.value.checkpoint;
    after = read.value.next;
    onProgress(verifier.count);
  }
  const { count } = verifier;
  const proof = last?.proofs.find(({ leaf }) => leaf.scopeId === of.scopeId);
  if (last === null || proof === undefined || of.chain === "reads")
    return ok({ count, broken: null, signed: { kind: "none" } });
  const keys = await api({
    method: "GET",
    path: "/.well-known/jwks.json",
    answer: keysSchema,
  });
  if (!keys.ok) return err(keys.error);
  const verified = await verifyByPublishedKeys(last, keys.value);
  if (!verified.ok)
    return ok({ count, broken: null, signed: { kind: verified.error } });
  const { number, atMs } = verified.value.claims;
  const covered = proof.leaf.auditSequence;
  const broken = verifier.covers(proof.leaf);
  const signed = { kind: "signed" as const, number, atMs, covered };
  return ok({ count, broken, signed });
}
