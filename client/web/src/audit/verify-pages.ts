/**
 * Computes a scope's chain of audit entries anew, page by page as they come, and with it the log's chain over the changes that they
 * tell of: nothing can have been changed, taken out or slipped in without it showing. SPEC AP-93, AU-1, AU-18.
 *
 * That nothing was cut off at the end only the signed checkpoint says.
 */
import {
  changeHashSchema,
  deviceIdSchema,
  firstAuditChain,
  firstChain,
  nextAuditChain,
  nextChain,
  recordIdSchema,
  type ChainHash,
  type CheckpointLeaf,
  type ScopeId,
} from "@suture/schema";

import type { AuditChain, AuditPage, ChainedEntry } from "../http/audit-api.ts";

export interface BrokenLink {
  readonly sequence: number;
  readonly problem: "not-continued" | "gap" | "log-differs" | "not-covered";
}

export class ChainVerifier {
  readonly #scopeId: ScopeId;
  readonly #chain: AuditChain;
  #last: { readonly sequence: number; readonly chain: ChainHash };
  /** After each entry that a checkpoint may name. */
  readonly #chains = new Map<number, ChainHash>();
  #log: ChainHash | null = null;
  /** A stretch of the log that an entry tells of: where its rows have to lead. */
  #stretch: { readonly sequence: number; readonly chain: ChainHash } | null =
    null;

  constructor(scopeId: ScopeId, chain: AuditChain) {
    this.#scopeId = scopeId;
    this.#chain = chain;
    this.#last = { sequence: 0, chain: firstAuditChain(chain, scopeId) };
  }

  get count(): number {
    return this.#last.sequence;
  }

  /** The next page. Null while everything holds. */
  read(page: AuditPage): BrokenLink | null {
    const leaf = this.#leafOf(page);
    if (this.#log === null && leaf !== undefined)
      this.#log = firstChain(this.#scopeId, leaf.log.epoch);
    for (const entry of page.entries) {
      const broken =
        entry.chain === null ? this.#readRow(entry) : this.#readLink(entry);
      if (broken !== null) return broken;
    }
    return page.next === null ? this.#endStretch() : null;
  }

  /** Whether the chain goes through what a proven leaf says of it. */
  covers(leaf: CheckpointLeaf): BrokenLink | null {
    if (leaf.auditSequence === 0) return null;
    return this.#chains.get(leaf.auditSequence) === leaf.auditChain
      ? null
      : { sequence: leaf.auditSequence, problem: "not-covered" };
  }

  #readLink({ sequence, atMs, entry, chain }: ChainedEntry): BrokenLink | null {
    const ended = this.#endStretch();
    if (ended !== null) return ended;
    if (sequence !== this.#last.sequence + 1)
      return { sequence, problem: "gap" };
    const own = nextAuditChain(this.#last.chain, {
      name: this.#chain,
      scopeId: this.#scopeId,
      sequence,
      atMs,
      entry,
    });
    if (own !== chain) return { sequence, problem: "not-continued" };
    this.#last = { sequence, chain: own };
    this.#chains.set(sequence, own);
    const stretchEnd = entry["chain"];
    if (entry["event"] === "changes-admitted" && typeof stretchEnd === "string")
      this.#stretch = { sequence, chain: stretchEnd };
    return null;
  }

  /** A change that the entry before tells of: a row of the log. */
  #readRow({ sequence, entry }: ChainedEntry): BrokenLink | null {
    const link = {
      recordId: recordIdSchema.safeParse(entry["recordId"]).data,
      hash: changeHashSchema.safeParse(entry["hash"]).data,
      memberId: recordIdSchema.safeParse(entry["memberId"]).data,
      deviceId: deviceIdSchema.safeParse(entry["deviceId"]).data,
    };
    const { recordId, hash, memberId, deviceId } = link;
    if (!recordId || !hash || !memberId || !deviceId)
      return { sequence, problem: "log-differs" };
    if (this.#log !== null)
      this.#log = nextChain(this.#log, { recordId, hash, memberId, deviceId });
    return null;
  }

  #endStretch(): BrokenLink | null {
    const stretch = this.#stretch;
    this.#stretch = null;
    // Without a checkpoint nothing says with which epoch the log begins.
    if (stretch === null || this.#log === null) return null;
    return this.#log === stretch.chain
      ? null
      : { sequence: stretch.sequence, problem: "log-differs" };
  }

  #leafOf({ checkpoint }: AuditPage): CheckpointLeaf | undefined {
    return checkpoint?.proofs.find(({ leaf }) => leaf.scopeId === this.#scopeId)
      ?.leaf;
  }
}
