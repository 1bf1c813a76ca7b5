/**
 * What a peer sends of a record goes through admission like a push, batch by batch; what builds on what is not here is kept back
 * and asked for. The first refusal closes the pair. SPEC PA-6, PA-7, PA-9, PA-13.
 */
import { limits, type Verdict } from "@suture/schema";
import type { AutomergeDeps } from "./automerge-deps.ts";
import { automergeLimits } from "./automerge-limits.ts";
import type { PeerConnection } from "./peer-connection.ts";
import {
  batchesOf,
  readPeerChange,
  sortChanges,
  type PeerChange,
  type SortedChanges,
} from "./peer-change.ts";
import type { PeerRefusal, RecordPair } from "./record-pair.ts";
import { readServed } from "./served-record.ts";

/** What is read in one turn. */
const maxChangesPerTurn = 4;
const maxBatch = { count: limits.maxBatchChanges, bytes: limits.maxBatchBytes };

export async function takeChanges(
  deps: AutomergeDeps,
  connection: PeerConnection,
  pair: RecordPair,
  sent: readonly Uint8Array[],
): Promise<void> {
  if (pair.isReadOnly || sent.length + pair.kept.length === 0) return;
  const changes = await readChanges(deps, connection, sent);
  if (changes === null) return;
  const { access } = connection;
  const served = await readServed(deps.store, access, pair.recordId);
  const known = new Set(served?.changes.map(({ hash }) => hash));
  const sorted = sortChanges([...pair.kept, ...changes], known);
  const refusal =
    (await admitAll(deps, connection, pair, sorted.ready)) ??
    keepBack(connection, pair, sorted);
  if (refusal === null || connection.isClosed) return;
  pair.close();
  connection.tellRefused(pair.recordId, refusal);
}

/** Null where the connection has ended over it. */
async function readChanges(
  { yieldTurn }: AutomergeDeps,
  connection: PeerConnection,
  sent: readonly Uint8Array[],
): Promise<readonly PeerChange[] | null> {
  const changes: PeerChange[] = [];
  for (const [position, bytes] of sent.entries()) {
    if (position > 0 && position % maxChangesPerTurn === 0) await yieldTurn();
    const read = connection.budget.work.during(() => readPeerChange(bytes));
    if (!read.ok) {
      connection.end("message-malformed", read.error);
      return null;
    }
    changes.push(read.value);
  }
  return connection.isClosed ? null : changes;
}

async function admitAll(
  { admission }: AutomergeDeps,
  connection: PeerConnection,
  { recordId }: RecordPair,
  ready: readonly PeerChange[],
): Promise<PeerRefusal | null> {
  const { personId, deviceId } = connection;
  for (const batch of batchesOf(ready, maxBatch)) {
    if (!(await connection.mayWrite())) return null;
    connection.budget.charge({ changes: batch.length });
    const { verdicts } = await admission.admit(
      { personId, deviceId },
      batch.map(({ bytes }) => ({ recordId, bytes })),
      connection.budget.work,
    );
    connection.budget.settle();
    connection.noteUnreadable(
      batch.filter(({ isReadable }) => !isReadable).length,
    );
    const refusal = verdicts.map(refusalIn).find((found) => found !== null);
    if (refusal !== undefined) return refusal;
  }
  return null;
}

/** Null for what is durable. What would have to wait is not here either, and cannot be told apart from it by the peer. */
function refusalIn(verdict: Verdict): PeerRefusal | null {
  switch (verdict.verdict) {
    case "accepted":
    case "duplicate":
      return null;
    case "waiting":
      return { ...nameIn(verdict), isRetryable: true };
    case "refused":
      return { ...nameIn(verdict), isRetryable: verdict.isRetryable };
  }
}

function nameIn({
  code,
  message,
  hash,
}: Extract<Verdict, { readonly code: string }>) {
  return { code, message, hash };
}

function keepBack(
  connection: PeerConnection,
  pair: RecordPair,
  { ready, kept, missing }: SortedChanges,
): PeerRefusal | null {
  const asked = pair.keepBack(kept, missing, ready.length > 0);
  const [first] = kept;
  if (first === undefined) return null;
  if (asked <= automergeLimits.maxAsked && connection.hasRoomForKept())
    return null;
  return {
    code: "missing-dependencies",
    message: "it builds on changes that are not here",
    hash: first.hash,
    isRetryable: true,
  };
}
