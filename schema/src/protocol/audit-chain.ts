/**
 * How entries hang together: each commits to the one before it, so none can be changed, taken out or slipped in without
 * every later chain value changing, the signed ones included. Appending, verifying and an auditor's browser share it. SPEC AU-1.
 */
import { digest, type JsonValue } from "../canonical/canonical-json.ts";
import { sha256Hex } from "../canonical/sha256.ts";
import { encodeUtf8 } from "../canonical/utf8.ts";
import type { ScopeId } from "../ids.ts";
import type { ChainHash } from "./cursor.ts";

/** A scope has two chains: what happened, and who read it. */
export type AuditChainName = "audit" | "reads";

export interface ChainedEntry {
  readonly name: AuditChainName;
  readonly scopeId: ScopeId;
  /** From 1, without a gap. */
  readonly sequence: number;
  /** The server's clock. */
  readonly atMs: number;
  readonly entry: JsonValue;
}

/** The chain before a scope's first entry. */
export function firstAuditChain(
  name: AuditChainName,
  scopeId: ScopeId,
): ChainHash {
  return sha256Hex(encodeUtf8(`suture ${name} ${scopeId}`));
}

/** The chain after one more entry: the digest of its canonical JSON, with the chain before it inside. */
export function nextAuditChain(
  previous: ChainHash,
  { name, scopeId, sequence, atMs, entry }: ChainedEntry,
): ChainHash {
  return digest({ name, scopeId, sequence, previous, atMs, entry });
}
