/** `@suture/client/node`: what only Node clients can use. */

// identity
export { createFileTokenStore } from "./identity/file-token-store.ts";
export {
  openKeyringTokenStore,
  type KeyringUnavailable,
} from "./identity/keyring-token-store.ts";

// client
export {
  createNodeClient,
  type NodeClientOptions,
} from "./create-node-client.ts";

// store
export {
  openSqliteStore,
  type OpenSqliteStoreOptions,
} from "./store/open-sqlite-store.ts";

// sync
export { connectWebSocket } from "./sync/connect-websocket.ts";

// machine
export { systemClock, systemRandom, systemTimers } from "./system-runtime.ts";
