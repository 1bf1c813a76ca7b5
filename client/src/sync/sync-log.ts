/**
 * What the sync engine needs of the device's log. The log is the outbox and the inbox: the engine keeps nothing that could
 * disagree with it, only what is in flight on the open socket.
 */
import type {
  ChangeHash,
  ChangesMessage,
  Cursor,
  FetchedMessage,
  LeafProof,
  Manifest,
  Membership,
  PersonId,
  RecordId,
  RestoreMessage,
  ReviewsMessage,
  ScopeId,
  SnapshotMessage,
  Verdict,
} from "@suture/schema";

export interface ChangeName {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
}

export interface OutgoingBatch {
  readonly personId: PersonId;
  readonly changes: readonly (ChangeName & { readonly bytes: Uint8Array })[];
}

export interface ScopeState {
  readonly scopeId: ScopeId;
  /** Null until a first snapshot is complete. */
  readonly cursor: Cursor | null;
  /** Where an unfinished snapshot goes on. */
  readonly snapshot: { readonly at: Cursor; readonly after: RecordId } | null;
}

export interface SyncLog {
  manifest(): Promise<Manifest>;
  scopes(): Promise<readonly ScopeState[]>;
  /**
   * The next changes of one person to push: most critical first, each behind what it depends on, within the limits of a batch.
   * Leaves out what `isExcluded` names and what depends on it. Null if there is nothing for these people.
   */
  nextBatch(
    personIds: readonly PersonId[],
    isExcluded: (change: ChangeName) => boolean,
    isInFlight: (change: ChangeName) => boolean,
  ): Promise<OutgoingBatch | null>;
  applyVerdicts(verdicts: readonly Verdict[]): Promise<void>;
  /** A page or live rows. `not-contiguous` if rows are missing in between: nothing was applied. Applying twice is harmless. */
  applyChanges(message: ChangesMessage): Promise<"applied" | "not-contiguous">;
  /** Changes known by name only, at most 500. */
  missing(): Promise<readonly ChangeName[]>;
  applyFetched(message: FetchedMessage): Promise<void>;
  applySnapshot(message: SnapshotMessage): Promise<void>;
  /**
   * The server's log ends or differs before our cursor: goes back to the last point of its chain that is ours, and returns
   * every row above to the queue. Answers that point, and the proof for others' changes where a checkpoint covers them.
   */
  regress(
    scopeId: ScopeId,
    samples: readonly Cursor[],
  ): Promise<{
    readonly from: Cursor;
    readonly restore: Omit<RestoreMessage, "type"> | null;
  }>;
  /** Whether the server took the proof: then others' lost changes are pushed too. */
  applyRestorable(scopeId: ScopeId, isProven: boolean): Promise<void>;
  /** A verified checkpoint's leaf. Kept if our own chain at `leaf.log.sequence` is the leaf's; answers whether it is. */
  applyCheckpoint(
    organizationId: RecordId,
    number: number,
    jws: string,
    proof: LeafProof,
  ): Promise<boolean>;
  saveMemberships(
    personId: PersonId,
    memberships: readonly Membership[],
  ): Promise<void>;
  grantScope(scopeId: ScopeId): Promise<void>;
  revokeScope(scopeId: ScopeId): Promise<void>;
  /** `isComplete` for the list that follows `welcome`: tasks it does not name are closed. */
  applyReviews(message: ReviewsMessage, isComplete: boolean): Promise<void>;
}
