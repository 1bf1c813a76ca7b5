/**
 * One step with a peer about one record: what it said is taken note of, and it is told what it does not have. Under the person's
 * rights as they are when it is told: should they change meanwhile, the step is taken anew. SPEC PA-4, PA-5, PA-7, PA-8.
 */
import type { PeerSyncMessage } from "@suture/schema";
import type { AutomergeDeps } from "./automerge-deps.ts";
import { noteSent } from "./note-sent.ts";
import type { PeerConnection } from "./peer-connection.ts";
import type { RecordPair } from "./record-pair.ts";
import { countServed, readServed } from "./served-record.ts";

/** `said` is null where there may be news of the record that the peer did not ask for. */
export async function answerRecord(
  deps: AutomergeDeps,
  connection: PeerConnection,
  pair: RecordPair,
  said: PeerSyncMessage | null,
): Promise<void> {
  const { store, documentSync } = deps;
  const { recordId } = pair;
  for (;;) {
    await connection.settleRights();
    if (connection.isClosed) return;
    const { access } = connection;
    const isStale = () =>
      connection.areRightsStale || connection.access !== access;
    if (said === null) {
      const changeCount = await countServed(store, access, recordId);
      if (!pair.hasNewsOf(changeCount)) return;
    }
    const served = await connection.budget.work.within(() =>
      readServed(store, access, recordId),
    );
    if (served === undefined) {
      if (pair.wasServed) tellGone(connection, pair);
      // A peer that has something of it is asked for that, which admission then judges; one that has nothing is told so.
      if (said === null) return;
      if (said.heads.length === 0)
        return connection.send({
          type: "doc-unavailable",
          documentId: recordId,
        });
    }
    const step = await documentSync.step({
      changes: served?.changes.map(({ bytes }) => bytes) ?? [],
      state: pair.state,
      isReadOnly: pair.isReadOnly,
      message: said?.bare ?? null,
      missing: pair.missing,
    });
    connection.budget.work.add(step?.workMs ?? 0);
    connection.budget.settle();
    if (connection.isClosed) return;
    if (step === null) return tellFailed(connection, pair);
    if (served !== undefined && step.sent.length > 0)
      await noteSent(deps, connection, pair, served, step.sent);
    if (isStale()) continue;
    const heldBefore = pair.heldBytes;
    pair.noteStep(step, said, served);
    connection.noteHeld(pair.heldBytes - heldBefore);
    if (step.reply !== null)
      connection.send({
        type: "sync",
        documentId: recordId,
        data: step.reply,
      });
    return;
  }
}

function tellGone(connection: PeerConnection, pair: RecordPair): void {
  connection.noteHeld(-pair.heldBytes);
  pair.forget();
  connection.tellRefused(pair.recordId, {
    code: "not-permitted",
    message: "this person may no longer read the record",
    hash: null,
    isRetryable: false,
  });
}

function tellFailed(connection: PeerConnection, pair: RecordPair): void {
  connection.noteHeld(-pair.heldBytes);
  pair.forget();
  if (pair.isReadOnly) return;
  pair.close();
  connection.tellRefused(pair.recordId, {
    code: "server-failed",
    message: "this record cannot be synced here now",
    hash: null,
    isRetryable: true,
  });
}
