/** What is known of one peer and one record, on one connection. SPEC PA-5, PA-7, PA-13. */
import type {
  PeerSyncMessage,
  PeerSyncState,
  RecordId,
  SyncStep,
} from "@suture/schema";
import type { PeerChange } from "./peer-change.ts";
import type { ServedRecord } from "./served-record.ts";

/** Why a record is read-only for a peer, as it is told. */
export interface PeerRefusal {
  readonly code: string;
  /** A sentence for people that names fields, never values. */
  readonly message: string;
  /** Of the change; null where it is about the record. */
  readonly hash: string | null;
  readonly isRetryable: boolean;
}

/** As hex, and the entry around it. */
const bytesOfHash = 128;

export class RecordPair {
  readonly recordId: RecordId;
  /** Null before the first step, and where the peer has to begin anew. */
  state: PeerSyncState | null = null;
  /** For good, once a change was refused. */
  isReadOnly = false;
  /** There is news of the record that waits to be told. */
  isAwake = false;
  /** About what `state` takes. */
  heldBytes = 0;
  kept: readonly PeerChange[] = [];
  missing: readonly string[] = [];
  #askedCount = 0;
  /** Changes of the record as it was last served. */
  #servedCount: number | null = null;
  #saidBytes = 0;
  #sentCount = 0;

  constructor(recordId: RecordId) {
    this.recordId = recordId;
  }

  get wasServed(): boolean {
    return this.#servedCount !== null;
  }

  /** Of a record with so many changes; undefined for one that is not served. */
  hasNewsOf(changeCount: number | undefined): boolean {
    return this.#servedCount !== (changeCount ?? null);
  }

  noteStep(
    step: SyncStep,
    said: PeerSyncMessage | null,
    served: ServedRecord | undefined,
  ): void {
    this.state = step.state;
    this.#saidBytes = said?.bare.length ?? this.#saidBytes;
    // What the peer has confirmed is forgotten.
    this.#sentCount =
      step.reply === null ? 0 : this.#sentCount + step.sent.length;
    this.heldBytes = this.#saidBytes + this.#sentCount * bytesOfHash;
    this.#servedCount = served?.changes.length ?? null;
  }

  /** The peer may no longer read the record: what it was told of it says nothing any more. */
  forget(): void {
    this.state = null;
    this.heldBytes = 0;
    this.#sentCount = 0;
    this.#servedCount = null;
  }

  /** Nothing of the peer's is taken any more. */
  close(): void {
    this.isReadOnly = true;
    this.keepBack([], [], true);
  }

  /** How often what is missing has been asked for, with this time, without anything coming of it. */
  keepBack(
    kept: readonly PeerChange[],
    missing: readonly string[],
    hasProgress: boolean,
  ): number {
    this.kept = kept;
    this.missing = missing;
    this.#askedCount =
      hasProgress || kept.length === 0 ? 0 : this.#askedCount + 1;
    return this.#askedCount;
  }
}
