/** `@suture/client`: the Suture SDK. Exports by name, grouped by folder. Runs in browsers and in Node. */

// identity
export {
  generateDeviceKeyPair,
  openDeviceKey,
  type DeviceKey,
  type DeviceKeyPair,
} from "./identity/device-key.ts";
export {
  makeDpopProof,
  makeSyncHeaders,
  type RequestToProve,
} from "./identity/dpop-proof.ts";
export {
  beginExternalSignIn,
  departTo,
  externalProvider,
  readReturn,
  type ExternalAttempt,
  type ExternalProvider,
  type ReturnProblem,
} from "./identity/external-sign-in.ts";
export {
  type ConnectionError,
  type Fetch,
  type RequestError,
} from "./identity/identity-request.ts";
export {
  acceptInvitation,
  createInvitation,
  signUp,
  type Invitation,
  type JoinDeps,
  type MemberName,
} from "./identity/join-organization.ts";
export {
  renewSession,
  renewSyncToken,
  signIn,
  signOut,
  type Credentials,
  type IdentityClientDeps,
  type Session,
  type SignedIn,
  type SignInOptions,
} from "./identity/sign-in.ts";
export {
  createMemoryTokenStore,
  type Grant,
  type TokenStore,
} from "./identity/token-store.ts";

// client
export type { ClientOptions } from "./client-options.ts";
export { Client } from "./client.ts";
export { createClient } from "./create-client.ts";
export { type LockOptions, type OpenProblem } from "./device-lock.ts";
export { type LeaveOptions, type WorkUnsynced } from "./leave-device.ts";
export { type PersonHere } from "./people-here.ts";

// records
export type {
  Attachments,
  KeepProblem,
  KeptAttachment,
  Picture,
  ReadProblem,
} from "./records/attachments.ts";
export { type UnsentAttachment } from "./records/unsent-attachments.ts";
export type {
  Draft,
  EntriesDraft,
  GroupDraft,
  SetDraft,
} from "./records/draft-types.ts";
export { type EditSession, type SaveOptions } from "./records/edit-session.ts";
export type { Founded, FoundingInput } from "./records/found-organization.ts";
export type { HistoryEdit, HistoryEntry } from "./records/history.ts";
export type { CurrentPerson } from "./records/record-deps.ts";
export {
  readGroupOf,
  type GroupsOf,
  type Statement,
} from "./records/read-group-of.ts";
export type { RefusedWrite } from "./records/log-storage-adapter.ts";
export type { RecordDocument, RepoView } from "./records/repo-view.ts";
export type { RecordSnapshot } from "./records/record-snapshot.ts";
export type { RecordProblem } from "./records/record-state.ts";
export { type Moment, type SutureRecord } from "./records/record.ts";
export type {
  CreateInput,
  ListOptions,
  Repository,
} from "./records/repository.ts";
export type { DoubtedWork } from "./records/doubted-work.ts";
export type { ReopenCount } from "./records/reopen-counts.ts";
export type { Saved } from "./records/save-at.ts";
export type { SaveProblem } from "./records/save-problem.ts";
export type { StrandedExport, StrandedWork } from "./records/stranded-work.ts";
export type {
  UnsyncedChange,
  UnsyncedExport,
} from "./records/unsynced-work.ts";

// review
export type {
  ConflictReading,
  ConflictReview,
  Settlement,
} from "./review/conflict-review.ts";
export type { QuestionHere } from "./review/question-here.ts";
export type { Review, Reviews } from "./review/reviews.ts";

// status
export type { RecordStatus } from "./status/derive-status.ts";

// store
export { clientMigrations } from "./store/client-migrations.ts";
export { clientTables } from "./store/client-tables.ts";
export {
  clientSalvage,
  type DamageReport,
  type DamageReports,
} from "./store/damage-report.ts";

// sync
export type {
  Connect,
  ConnectFailure,
  ConnectRequest,
} from "./sync/connect.ts";
export type { SyncState, SyncStatus } from "./sync/sync-engine.ts";
export type { SyncProblem, SyncProblemCode } from "./sync/sync-problem.ts";
export {
  verifyByPublishedKeys,
  type VerifiedCheckpoint,
} from "./sync/verify-checkpoint.ts";
