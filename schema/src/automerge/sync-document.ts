/**
 * One step of Automerge's own sync: what a peer said is taken note of, and what it is to be told is made. SPEC PA-5, PA-8.
 *
 * The document is built for the step and dropped after it. It holds only what was admitted, and of a message only what
 * `readPeerSyncMessage` lets through comes here, so wasm sees nothing that a peer made up freely. A peer that was refused a
 * change is served read-only: it is told so, is asked for nothing, and still gets what others write.
 */
import {
  free,
  generateSyncMessage,
  getHeads,
  initSyncState,
  load,
  receiveSyncMessage,
  type Doc,
  type SyncState,
} from "@automerge/automerge";
import { withoutFlags } from "./peer-sync-message.ts";

/** What is known of one peer and one record. Plain data: it may be sent to a thread. */
export type PeerSyncState = SyncState;

export interface SyncJob {
  /** Everything the peer may see of the record, in causal order. Empty where that is nothing. */
  readonly changes: readonly Uint8Array[];
  /** Null at the beginning. */
  readonly state: PeerSyncState | null;
  readonly isReadOnly: boolean;
  /** `bare` of what the peer said; null where only we have something to say. */
  readonly message: Uint8Array | null;
}

export interface SyncStep {
  readonly state: PeerSyncState;
  /** Null where there is nothing to say. */
  readonly reply: Uint8Array | null;
}

/** Nothing is ever written under it; given, so that steps are the same every time. */
const readingActor = "73796e63";

/** Throws whatever Automerge throws, after a panic too: then the step is not to be had. */
export function syncDocument(job: SyncJob): SyncStep {
  let doc = load<unknown>(joined(job.changes), readingActor);
  try {
    let state = job.state ?? initSyncState();
    if (job.isReadOnly) state = readOnly(state);
    if (job.message !== null)
      [doc, state] = receiveSyncMessage(doc, state, job.message);
    const [next, reply] = generateSyncMessage(doc, state);
    return {
      state: reply === null ? settled(doc, next) : next,
      // The one flag that a peer has to see: it then offers nothing more.
      reply: reply === null || job.isReadOnly ? reply : withoutFlags(reply),
    };
  } finally {
    // wasm memory is not the garbage collector's to count.
    free(doc);
  }
}

/** The first time the peer is told so, whether there is anything else to say or not. */
function readOnly(state: PeerSyncState): PeerSyncState {
  return state.readOnly
    ? state
    : { ...state, readOnly: true, lastSentHeads: [] };
}

/** What was sent to a peer that has everything need not be remembered: a line for every change of the record. */
function settled(doc: Doc<unknown>, state: PeerSyncState): PeerSyncState {
  const ours = getHeads(doc).toSorted().join();
  return state.theirHeads?.toSorted().join() === ours
    ? Object.assign(state, { sentHashes: {} })
    : state;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
