/** `@suture/schema`: what a record is, and every rule both sides share. Exports by name, grouped by folder. */

// values of the machine, results, ids
export { err, ok, type Result } from "./result.ts";
export {
  randomUuid,
  type Clock,
  type Random,
  type Timer,
  type Timers,
} from "./runtime.ts";
export * from "./ids.ts";

// canonical
export {
  canonicalize,
  digest,
  parseCanonical,
  type JsonValue,
} from "./canonical/canonical-json.ts";
export { bytesToHex, hexToBytes } from "./canonical/hex.ts";
export { sha256, sha256Hex } from "./canonical/sha256.ts";
export { decodeUtf8, encodeUtf8 } from "./canonical/utf8.ts";

// storage
export {
  StoreError,
  type ReadTransaction,
  type Row,
  type ScanRange,
  type Store,
  type StoreErrorCode,
  type WriteTransaction,
} from "./storage/store.ts";
export { createMemoryStore } from "./storage/memory-store.ts";
export {
  openSqliteFile,
  type SqliteFileOptions,
} from "./storage/open-sqlite-file.ts";
export {
  type Salvage,
  type Salvaged,
  type SalvageFiles,
} from "./storage/salvage-sqlite-file.ts";
export { createSqliteStore } from "./storage/sqlite-store.ts";
export {
  type HandedFailure,
  type WriteThread,
} from "./storage/handed-groups.ts";
export { type Migration } from "./storage/sqlite-migrations.ts";
export {
  type SqliteDatabase,
  type SqliteStatement,
} from "./storage/sqlite-rows.ts";
export {
  deferToMicrotask,
  GroupQueue,
  type Defer,
} from "./storage/group-queue.ts";
export { RowTransaction, type Rows } from "./storage/row-transaction.ts";
export { mergeInFront } from "./storage/rows-in-front.ts";
export { SortedRows, type SortedRow } from "./storage/sorted-rows.ts";
export {
  defineBytesTable,
  defineTable,
  tablesByName,
  type StoredValue,
  type Table,
} from "./storage/table.ts";
export {
  checkPartition,
  type Key,
  type KeyPart,
  type KeyRange,
} from "./storage/key.ts";

// access
export {
  mayCreate,
  mayMove,
  mayRead,
  mayResolve,
  maySign,
  mayWrite,
  permissionTable,
  type PermissionRow,
  type PermissionVerb,
} from "./access/permissions.ts";
export { reportReaders } from "./access/role-lists.ts";
export { roles, roleSchema, type Role } from "./access/role.ts";

// records
export { attachmentsIn } from "./records/attachments-in.ts";
export * from "./records/define-record.ts";
export {
  recordStatus,
  recordStatusSchema,
  type RecordStatus,
} from "./records/record-status.ts";
export {
  archiveKey,
  createRecordTypes,
  entryKey,
  groupOf,
  partsOf,
  readRootKey,
  resolutionKey,
  type RecordTypes,
  type RootKey,
} from "./records/record-types.ts";

export { appointment, attendanceOrder } from "./records/appointment.ts";
export { equipment } from "./records/equipment.ts";
export { member } from "./records/member.ts";
export { organization } from "./records/organization.ts";
export { patient } from "./records/patient.ts";
export { profile } from "./records/profile.ts";
export {
  isJobOver,
  jobWords,
  serviceJob,
  workDigest,
  type WorkDone,
} from "./records/service-job.ts";
export { sutureRecords } from "./records/suture-records.ts";
export { team } from "./records/team.ts";

// fhir
export type { Address, AddressEntry } from "./fhir/address.ts";
export type {
  AdministrativeGender,
  CareProvider,
  Communication,
  Deceased,
  MaritalStatus,
  PatientLink,
} from "./fhir/administrative.ts";
export type {
  Allergy,
  AllergyCategory,
  AllergyReaction,
} from "./fhir/allergy.ts";
export type { Annotation } from "./fhir/annotation.ts";
export {
  attachmentHashSchema,
  attachmentSchema,
  type Attachment,
  type AttachmentHash,
} from "./fhir/attachment.ts";
export {
  maxAttachmentBytes,
  pictureTypeOf,
  pictureTypes,
  type PictureType,
} from "./fhir/picture.ts";
export type {
  CodeableConcept,
  Coding,
  ConceptEntry,
} from "./fhir/codeable-concept.ts";
export type { ContactPoint, ContactPointEntry } from "./fhir/contact-point.ts";
export {
  dateSchema,
  intervalSchema,
  type Interval,
  type Period,
} from "./fhir/date-time.ts";
export type {
  DeviceStatus,
  OperationalStatus,
  Quarantine,
  SafetyNotice,
  UdiCarrier,
} from "./fhir/device.ts";
export type { DoseAndRate, Dosage, Timing } from "./fhir/dosage.ts";
export type { Encounter } from "./fhir/encounter.ts";
export type { EntryStatus } from "./fhir/entry-status.ts";
export { displayName, type HumanName } from "./fhir/human-name.ts";
export type { IdentifierEntry } from "./fhir/identifier.ts";
export type { Location } from "./fhir/location.ts";
export type {
  Medication,
  MedicationSource,
  MedicationStatus,
} from "./fhir/medication.ts";
export { deniedKind, type DeniedKind } from "./fhir/no-known-allergy.ts";
export type { Measurement, Reading } from "./fhir/observation.ts";
export { participantSchema, type Participant } from "./fhir/participant.ts";
export type { PatientContact } from "./fhir/patient-contact.ts";
export type { Pregnancy } from "./fhir/pregnancy.ts";
export type { Problem } from "./fhir/problem.ts";
export type { Qualification } from "./fhir/qualification.ts";
export type { Quantity, Range, Ratio } from "./fhir/quantity.ts";
export type {
  Completion,
  PartReplaced,
  RequestPriority,
  SafetyTest,
  TaskIntent,
  TaskStatus,
} from "./fhir/task.ts";
export {
  readFhirFile,
  type FileContents,
  type SourceFile,
  type SourceResource,
  type UnreadableSource,
} from "./fhir/import/fhir-source.ts";
export {
  mapFhir,
  type ImportPlan,
  type MappedResource,
} from "./fhir/import/import-fhir.ts";
export type {
  DraftEntries,
  FailureReason,
  MappingOutcome,
  MappingWarning,
  RecordDraft,
  SkipReason,
} from "./fhir/import/record-draft.ts";

// change
export { boundedHeads, predBehind } from "./change/bounded-heads.ts";
export { ChangeIndex, type IndexedChange } from "./change/change-index.ts";
export {
  composeChange,
  type ChangePlan,
  type RootOp,
} from "./change/compose-change.ts";
export { splitChunks } from "./change/chunk-header.ts";
export { composeText, type TextPlan } from "./change/compose-text.ts";
export { readText } from "./change/read-text.ts";
export { type LostBefore, type LostChange } from "./change/lost-change.ts";
export {
  reexpressChange,
  type AcceptedRecord,
  type NotReexpressible,
  type ReexpressionPlan,
} from "./change/reexpress-change.ts";
export {
  tryChanges,
  type TrialJob,
  type TrialVerdict,
} from "./change/try-changes.ts";
export { decodeChange, type DecodedChange } from "./change/decode-change.ts";
export {
  type ChangeLimits,
  defaultChangeLimits,
} from "./change/change-limits.ts";
export { RecordFold, readFields } from "./change/fold-record.ts";
export { genesisOf, isGenesis, type Genesis } from "./change/genesis.ts";
export {
  indexChange,
  type StructureCode,
  type StructureRefusal,
} from "./change/index-change.ts";
export {
  interpretChange,
  maxEntryBytes,
  type ContentRefusal,
  type Edit,
  type ReadStatement,
  type ScalarValue,
} from "./change/interpret-change.ts";

// clinical
export { declaredGroup } from "./clinical/general-form.ts";
export {
  busyIntervals,
  overlaps,
  type BusyInterval,
} from "./clinical/booking.ts";
export { combineContents, type Combination } from "./clinical/combine.ts";
export {
  deriveReviews,
  type DerivedReview,
} from "./clinical/derived-reviews.ts";
export { compareContents, type ComparedRow } from "./clinical/compare.ts";
export {
  judgeLoneArchive,
  judgeStatement,
  judgeStatements,
  type StatementAct,
  type StatementRefusal,
} from "./clinical/judge-statement.ts";
export {
  foldStatement,
  sameLiveSet,
  type LiveSet,
  type StatementOp,
} from "./clinical/live-set.ts";
export {
  readGroup,
  type GroupReading,
  type SignedContent,
} from "./clinical/read-group.ts";
export {
  encodeResolution,
  parseResolution,
  type Candidate,
  type Decision,
  type Resolution,
} from "./clinical/resolution.ts";
export {
  safeSide,
  type SafeEntry,
  type SafeSide,
  type SafeValue,
} from "./clinical/safe-side.ts";
export { agreementDigest, isAgreement } from "./clinical/same-content.ts";
export {
  baseOf,
  generalInitial,
  isConflict,
} from "./clinical/statement-base.ts";
export {
  lastSeenByAll,
  type StatementGraph,
  type StatementSource,
} from "./clinical/statement-graph.ts";
export {
  contentProblem,
  encodeStatement,
  entriesOf,
  initialContent,
  maxReasonLength,
  maxStatementBytes,
  parseStatement,
  type Attribution,
  type Content,
  type Entries,
  type Statement,
} from "./clinical/statement.ts";
export { KnownStatement } from "./clinical/known-statement.ts";

// codes
export {
  closeCodes,
  closeNameOf,
  type CloseName,
} from "./codes/close-codes.ts";
export {
  identityCodeSchema,
  identityError,
  identityErrorSchema,
  minPasswordLength,
  type IdentityCode,
  type IdentityError,
} from "./codes/identity-codes.ts";
export {
  httpCodeSchema,
  httpError,
  httpErrorSchema,
  type HttpCode,
  type HttpError,
} from "./codes/http-codes.ts";
export { limits } from "./codes/limits.ts";
export {
  saveStates,
  statusLabels,
  type SaveState,
} from "./codes/status-labels.ts";
export {
  isRetryable,
  refusalCodeSchema,
  waitingCodeSchema,
  type RefusalCode,
  type WaitingCode,
} from "./codes/verdict-codes.ts";

// protocol
export * from "./protocol/changes.ts";
export * from "./protocol/checkpoint.ts";
export {
  chainHashSchema,
  cursorSchema,
  type ChainHash,
  type Cursor,
} from "./protocol/cursor.ts";
export {
  helloMessage,
  protocolVersion,
  schemaVersion,
  type HelloMessage,
} from "./protocol/hello.ts";
export {
  decodeClientFrame,
  decodeServerFrame,
  encodeFrame,
  frameOf,
  type FrameRefusal,
} from "./protocol/frame.ts";
export { frameOfPieces } from "./protocol/frame-pieces.ts";
export {
  encodeChangesHead,
  encodeChangesTail,
  encodeLogRow,
} from "./protocol/encode-changes.ts";
export {
  portableCompression,
  type FrameCompression,
} from "./protocol/frame-compression.ts";
export {
  socketPair,
  type MessageSocket,
  type SocketListener,
  type SocketPair,
} from "./protocol/message-socket.ts";
export {
  firstAuditChain,
  nextAuditChain,
  type AuditChainName,
  type ChainedEntry,
} from "./protocol/audit-chain.ts";
export * from "./protocol/device-description.ts";
export { firstChain, nextChain, type LogLink } from "./protocol/log-chain.ts";
export {
  joinRestoreRows,
  readRestoreRow,
  splitRestoreRows,
} from "./protocol/restore-rows.ts";
export {
  manifestSchema,
  maxManifestPeople,
  maxManifestRecords,
  maxUnsyncedAgeMs,
  unsyncedCountsSchema,
  type Manifest,
  type UnsyncedCounts,
} from "./protocol/manifest.ts";
export { MerkleTree, merkleRoot, verifyLeafProof } from "./protocol/merkle.ts";
export {
  clientMessageSchema,
  serverMessageSchema,
  type ClientMessage,
  type ServerMessage,
} from "./protocol/messages.ts";
export * from "./protocol/notices.ts";
export * from "./protocol/over-budget.ts";
export * from "./protocol/push.ts";
export * from "./protocol/record-history.ts";
export { reviewIdOf, type ReviewQuestion } from "./protocol/review-id.ts";
export * from "./protocol/review-task.ts";
export * from "./protocol/stranded-work.ts";
export * from "./protocol/token.ts";
export * from "./protocol/welcome.ts";

// for peers that speak automerge-repo's protocol
export * from "./automerge/peer-sync-message.ts";
export * from "./automerge/repo-message.ts";
export * from "./automerge/sync-document.ts";
