/** What admission is to the rest of the server, and what it is made of. */
import type {
  Clock,
  PersonId,
  Random,
  RecordId,
  RecordTypes,
  Result,
  Store,
  Verdict,
} from "@suture/schema";
import type { AppendedRange } from "../log/append-to-log.ts";
import type { Released } from "./admit-in-organization.ts";
import type { ReviewNews } from "./batch-state.ts";
import type { CommitDeps } from "./commit.ts";
import type { Author, PushedChange } from "./judgement.ts";
import type { RestoreRequest, VerifyCheckpoint } from "./restore.ts";
import type { DocumentTrial } from "./trial/document-trial.ts";
import type { WaitingLimits } from "./waiting.ts";

export interface Admission {
  /**
   * Judges a batch in its order, part by part, and resolves once all of it is durable. One verdict per change, in order. Rejects
   * with a `StoreError` if the disk fails: then the same batch may be given again.
   */
  admit(
    author: Author,
    changes: readonly PushedChange[],
    work?: WorkGauge,
  ): Promise<AdmissionOutcome>;
  /** Remembers rows proven to have been accepted before; false if they are not. Idempotent. SPEC AD-16. */
  allowRestore(
    author: Author,
    request: RestoreRequest,
    work?: WorkGauge,
  ): Promise<boolean>;
}

/** Takes note of how long the pieces of work took in which nobody else had a turn. */
export interface WorkGauge {
  during<T>(work: () => T): T;
  within<T>(work: () => Promise<T>): Promise<T>;
  /** Work done elsewhere for the same request. */
  add(ms: number): void;
}

export interface AppendedToScope extends AppendedRange {
  readonly organizationId: RecordId;
}

export interface AdmissionOutcome {
  readonly verdicts: readonly Verdict[];
  /** Changes that had been waiting and were judged because of this batch, with who had pushed them. */
  readonly released: readonly Released[];
  readonly appended: readonly AppendedToScope[];
  readonly reviews: readonly ReviewNews[];
  /** Members whose rights are other than before. */
  readonly membershipsChanged: readonly RecordId[];
}

/** Which members a person is. `Invitations` of identity is one. */
export interface MemberDirectory {
  membersOfPerson(personId: PersonId): Promise<
    readonly {
      readonly organizationId: RecordId;
      readonly memberId: RecordId;
    }[]
  >;
  /** Idempotent. Fails for a member who is somebody else already. */
  linkPerson(
    membership: {
      readonly organizationId: RecordId;
      readonly memberId: RecordId;
    },
    personId: PersonId,
  ): Promise<Result<void, unknown>>;
}

export interface AdmissionDeps extends CommitDeps {
  readonly store: Store;
  readonly types: RecordTypes;
  readonly clock: Clock;
  readonly random: Random;
  readonly directory: MemberDirectory;
  readonly verifyCheckpoint: VerifyCheckpoint;
  readonly trial: DocumentTrial;
  /** What members and the organization may have waiting; by default `waitingLimits`. */
  readonly waitingLimits?: WaitingLimits;
  /** Resolves once whatever else waits for a turn has had one. Between the parts of a batch. */
  readonly yieldTurn: () => Promise<void>;
  /**
   * Stands for whoever owns the data directory, working on the machine itself. The member that `directory` gives it may create
   * its own record in an organization, as a founder may; from then on it has that record's rights and no others. A server that
   * listens has none. SPEC IM-8.
   */
  readonly operator?: PersonId;
  /** Indexes held in memory; about 1 KB for each change in them. */
  readonly maxCachedRecords?: number;
}
