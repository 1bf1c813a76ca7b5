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
import { alsoAskingFor, joinBytes, withoutFlags } from "./peer-sync-message.ts";

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
  /** Changes that what the peer has sent builds on, and that are not here. It is asked for them by name. */
  readonly missing: readonly string[];
}

export interface SyncStep {
  readonly state: PeerSyncState;
  /** Hashes of the changes that the reply brings. */
  readonly sent: readonly string[];
  /** Null where there is nothing to say. */
  readonly reply: Uint8Array | null;
}

/** Nothing is ever written under it; given, so that steps are the same every time. */
const readingActor = "73796e63";

/** Throws whatever Automerge throws, after a panic too: then the step is not to be had. */
export function syncDocument(job: SyncJob): SyncStep {
  let doc = load<unknown>(joinBytes(job.changes), readingActor);
  try {
    let state = job.state ?? initSyncState();
    if (job.isReadOnly) state = readOnly(state);
    else if (job.missing.length > 0) state = { ...state, lastSentHeads: [] };
    if (job.message !== null)
      [doc, state] = receiveSyncMessage(doc, state, job.message);
    const [next, reply] = generateSyncMessage(doc, state);
    if (reply === null)
      return { state: settled(doc, next), sent: [], reply: null };
    const before = state.sentHashes;
    const sent = Object.keys(next.sentHashes).filter(
      (hash) => !Object.hasOwn(before, hash),
    );
    // Read-only is the one flag that a peer has to see: it then offers nothing more.
    const said = job.isReadOnly
      ? reply
      : alsoAskingFor(withoutFlags(reply), job.missing);
    return { state: next, sent, reply: said };
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
