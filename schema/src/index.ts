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
export { sha256 } from "./canonical/sha256.ts";
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
export { createSqliteStore, type SqliteStoreOptions } from "./storage/sqlite-store.ts";
export { type Migration } from "./storage/sqlite-migrations.ts";
export { defineBytesTable, defineTable, type Table } from "./storage/table.ts";
export { type Key, type KeyPart } from "./storage/key.ts";

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
export { roles, roleSchema, type Role } from "./access/role.ts";

// records
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

export { sutureRecords } from "./records/suture-records.ts";

// fhir
export { intervalSchema } from "./fhir/date-time.ts";
export { participantSchema } from "./fhir/participant.ts";

// change
export { ChangeIndex, type IndexedChange } from "./change/change-index.ts";
export {
  composeChange,
  type ChangePlan,
  type RootOp,
} from "./change/compose-change.ts";
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
  type ContentRefusal,
  type Edit,
  type ScalarValue,
} from "./change/interpret-change.ts";

// clinical
export { combineContents, type Combination } from "./clinical/combine.ts";
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
export { baseOf, isConflict } from "./clinical/statement-base.ts";
export {
  lastSeenByAll,
  type StatementGraph,
  type StatementSource,
} from "./clinical/statement-graph.ts";
export {
  encodeStatement,
  entriesOf,
  initialContent,
  parseStatement,
  type Attribution,
  type Content,
  type Entries,
  type Statement,
} from "./clinical/statement.ts";

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
  type FrameRefusal,
} from "./protocol/frame.ts";
export {
  socketPair,
  type MessageSocket,
  type SocketListener,
  type SocketPair,
} from "./protocol/message-socket.ts";
export { firstChain, nextChain, type LogLink } from "./protocol/log-chain.ts";
export { manifestSchema, type Manifest } from "./protocol/manifest.ts";
export {
  clientMessageSchema,
  serverMessageSchema,
  type ClientMessage,
  type ServerMessage,
} from "./protocol/messages.ts";
export * from "./protocol/notices.ts";
export * from "./protocol/push.ts";
export { reviewIdOf, type ReviewQuestion } from "./protocol/review-id.ts";
export * from "./protocol/review-task.ts";
export * from "./protocol/welcome.ts";
