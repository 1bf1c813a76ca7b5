/** `@suture/server`: what a composition root outside this workspace (the simulation, the demo) wires. Exports by name. */

// identity
export { createAccounts } from "./identity/better-auth-accounts.ts";
export { type Accounts } from "./identity/accounts.ts";
export {
  createIdentity,
  type Identity,
  type SyncRequest,
} from "./identity/identity.ts";
export { identityTables } from "./identity/identity-tables.ts";
export { createMemoryAccounts } from "./identity/memory-accounts.ts";
export { createIdentityRoutes } from "./identity/routes.ts";
export { loadSecret } from "./identity/secrets.ts";
