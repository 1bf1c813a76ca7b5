/**
 * Signs where an organization's chains stand, at most five seconds after they moved. SPEC AU-3, AU-4.
 *
 * A checkpoint commits to every scope's log and audit chain, and through an entry of the audit to the chain of reads. Its
 * number rises by one; nothing can be taken back behind it without a signature that no longer fits. Checkpoints of one
 * organization are made one after the other. What a crash left unsigned is signed by `recover` at the next start.
 */
import {
  checkpointClaimsSchema,
  firstAuditChain,
  merkleRoot,
  scopeIdSchema,
  type CheckpointClaims,
  type CheckpointLeaf,
  type CheckpointMessage,
  type Clock,
  type RecordId,
  type ScopeId,
  type Store,
  type Timer,
  type Timers,
  type WriteTransaction,
} from "@suture/schema";
import { decodeJwt } from "jose";

import { logHeadsTable } from "../log/log-tables.ts";
import type { SystemLog } from "../system-log.ts";
import { appendAudit } from "./append-audit.ts";
import {
  auditHeadsTable,
  auditReadHeadsTable,
  checkpointLeavesTable,
  checkpointsTable,
} from "./audit-tables.ts";
import { SignedTrees } from "./signed-trees.ts";

/** From the first entry to the checkpoint that covers it: gathers what comes within, and leaves time to sign. */
export const checkpointDelayMs = 2_000;

export interface Checkpointer {
  /** Something was appended for the organization: a checkpoint will follow. Cheap, to be called after every commit. */
  noteAppended(organizationId: RecordId): void;
  /** Signs what an earlier process left unsigned. To be called once, at the start. */
  recover(organizationIds: readonly RecordId[]): Promise<void>;
  /** The last checkpoint with proofs for those of the scopes that it covers; undefined before the first. */
  messageFor(
    organizationId: RecordId,
    scopeIds: readonly ScopeId[],
  ): Promise<CheckpointMessage | undefined>;
  /** Told after each checkpoint is durable. Answers how to stop listening. */
  onCheckpoint(listener: (organizationId: RecordId) => void): () => void;
  /** Signs what is due, at once. */
  flush(): Promise<void>;
  /** As `flush`; nothing is signed afterwards. */
  close(): Promise<void>;
}

export interface CheckpointerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SystemLog;
  /** The key ring's: adds `iss` to the claims and answers a compact JWS. */
  readonly signCheckpoint: (
    claims: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
}

/** What the next checkpoint will say. */
interface Draft {
  readonly number: number;
  readonly atMs: number;
  readonly leaves: readonly CheckpointLeaf[];
  readonly changedLeaves: readonly CheckpointLeaf[];
}

export function createCheckpointer(deps: CheckpointerDeps): Checkpointer {
  const { store, clock, timers, log, signCheckpoint } = deps;
  const dueByOrganization = new Map<RecordId, Timer>();
  const signedTrees = new SignedTrees();
  const listeners = new Set<(organizationId: RecordId) => void>();
  let lastWork: Promise<void> = Promise.resolve();
  let isClosed = false;

  function noteAppended(organizationId: RecordId): void {
    if (isClosed || dueByOrganization.has(organizationId)) return;
    const timer = timers.after(checkpointDelayMs, () => {
      void make(organizationId);
    });
    dueByOrganization.set(organizationId, timer);
  }

  /** Never rejects: what fails is said and tried again. */
  function make(organizationId: RecordId): Promise<void> {
    dueByOrganization.get(organizationId)?.cancel();
    dueByOrganization.delete(organizationId);
    lastWork = lastWork.then(async () => {
      try {
        await makeCheckpoint(organizationId);
      } catch (cause) {
        log.error("audit.checkpoint-failed", { organizationId }, cause);
        noteAppended(organizationId);
      }
    });
    return lastWork;
  }

  async function makeCheckpoint(organizationId: RecordId): Promise<void> {
    const atMs = clock.now();
    const draft = await store.write(organizationId, (tx) =>
      draftCheckpoint(tx, atMs),
    );
    if (draft === undefined) return;
    const { number, leaves, changedLeaves } = draft;
    const root = merkleRoot(leaves);
    // Signing waits for WebCrypto, which no transaction may; entries that come meanwhile are for the next one.
    const jws = await signCheckpoint({ organizationId, number, root, atMs });
    const claims = claimsOf(jws);
    await store.write(organizationId, async (tx) => {
      if ((await tx.get(checkpointsTable, [number])) !== undefined)
        throw new Error("another process made this checkpoint");
      await tx.put(checkpointsTable, [number], {
        claims,
        jws,
        changedLeaves: [...changedLeaves],
      });
      for (const leaf of changedLeaves)
        await tx.put(checkpointLeavesTable, [leaf.scopeId], leaf);
    });
    for (const listener of listeners) listener(organizationId);
  }

  async function flush(): Promise<void> {
    for (const organizationId of [...dueByOrganization.keys()])
      void make(organizationId);
    await lastWork;
  }

  return {
    noteAppended,
    async recover(organizationIds) {
      for (const organizationId of organizationIds) void make(organizationId);
      await lastWork;
    },
    messageFor: (organizationId, scopeIds) =>
      store.read(organizationId, (tx) =>
        signedTrees.messageFor(tx, organizationId, scopeIds),
      ),
    onCheckpoint(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flush,
    async close() {
      if (isClosed) return;
      await flush();
      isClosed = true;
      for (const timer of dueByOrganization.values()) timer.cancel();
    },
  };
}

/** Undefined when nothing moved since the last one. */
async function draftCheckpoint(
  tx: WriteTransaction,
  atMs: number,
): Promise<Draft | undefined> {
  await anchorReads(tx, atMs);
  const auditHeads = new Map(
    (await tx.scan(auditHeadsTable)).map(({ key, value }) => [
      scopeIdSchema.parse(key[0]),
      value,
    ]),
  );
  const signed = new Map(
    (await tx.scan(checkpointLeavesTable)).map(({ value }) => [
      value.scopeId,
      value,
    ]),
  );
  const leaves: CheckpointLeaf[] = [];
  const changedLeaves: CheckpointLeaf[] = [];
  for (const { key, value: end } of await tx.scan(logHeadsTable)) {
    const scopeId = scopeIdSchema.parse(key[0]);
    const head = auditHeads.get(scopeId);
    const leaf: CheckpointLeaf = {
      scopeId,
      log: end,
      auditSequence: head?.sequence ?? 0,
      auditChain: head?.chain ?? firstAuditChain("audit", scopeId),
    };
    leaves.push(leaf);
    const before = signed.get(scopeId);
    if (before === undefined || !isSameLeaf(before, leaf))
      changedLeaves.push(leaf);
  }
  if (changedLeaves.length === 0) return undefined;
  const [last] = await tx.scan(checkpointsTable, { reverse: true, limit: 1 });
  const number = (last?.value.claims.number ?? 0) + 1;
  return { number, atMs, leaves, changedLeaves };
}

/** The chains of reads are signed through the audit: an entry says where each stands. */
async function anchorReads(tx: WriteTransaction, atMs: number): Promise<void> {
  for (const { key, value } of await tx.scan(auditReadHeadsTable)) {
    const scopeId = scopeIdSchema.parse(key[0]);
    if (value.isAnchored) continue;
    const { sequence, chain } = value;
    const event = "reads-anchored";
    await appendAudit(tx, { scopeId, atMs }, { event, sequence, chain });
    await tx.put(auditReadHeadsTable, key, { ...value, isAnchored: true });
  }
}

function claimsOf(jws: string): CheckpointClaims {
  return checkpointClaimsSchema.parse(decodeJwt(jws));
}

function isSameLeaf(left: CheckpointLeaf, right: CheckpointLeaf): boolean {
  return (
    left.auditChain === right.auditChain &&
    left.log.chain === right.log.chain &&
    left.log.epoch === right.log.epoch
  );
}
