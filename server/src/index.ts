/** `@suture/server`: what a composition root outside this workspace (the simulation, the demo) wires. Exports by name. */

// whole servers: over sockets that are given, or on this machine
export {
  createServer,
  organizationsOf,
  type ServerDeps,
  type SutureServer,
} from "./server.ts";
export {
  defaultBudgetLimits,
  type BudgetLimits,
} from "./gateway/limits/budget-limits.ts";
export {
  startServer,
  type RunningServer,
  type StartDeps,
  type StartProblem,
} from "./start-server.ts";
export {
  readConfig,
  settingRows,
  type Config,
  type ConfigProblem,
  type SettingRow,
} from "./config.ts";
export { systemClock, systemRandom, systemTimers } from "./system-runtime.ts";
export {
  createSystemLog,
  silentLog,
  type LineStream,
  type SystemLog,
} from "./system-log.ts";

// sync
export {
  defaultSyncLimits,
  type SyncLimits,
} from "./gateway/sync/sync-limits.ts";
export { syncPath } from "./gateway/sync/answer-upgrade.ts";
export { serveSync } from "./gateway/sync/upgrade.ts";
export { serveAutomerge } from "./gateway/automerge/serve-automerge.ts";

// admission
export {
  type Admission,
  type AdmissionOutcome,
} from "./admission/admit-batch.ts";

// identity
export { createAccounts } from "./identity/better-auth-accounts.ts";
export { type Accounts, type PasswordHashing } from "./identity/accounts.ts";
export {
  createIdentity,
  type Identity,
  type SyncRequest,
} from "./identity/identity.ts";
export { identityTables } from "./identity/identity-tables.ts";
export { createMemoryAccounts } from "./identity/memory-accounts.ts";
export { createIdentityRoutes } from "./identity/routes.ts";
export { loadSecret } from "./identity/secrets.ts";
export { type VerifiedSyncToken } from "./identity/sync-tokens.ts";

// stores
export { openSqliteStore } from "./store/open-sqlite-store.ts";
export { serverTables } from "./server-tables.ts";

// the sample organization
export { seedSample } from "./sample/seed-sample.ts";
export {
  sampleEmail,
  samplePassword,
  samplePeople,
} from "./sample/sample-people.ts";

// what the command line does, for who checks a data directory
export { runAuditVerify } from "./cli/audit-verify.ts";
export { withStore } from "./cli/open-data.ts";
export { storeFileIn } from "./store/data-lock.ts";
