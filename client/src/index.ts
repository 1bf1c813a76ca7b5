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
  type ConnectionError,
  type Fetch,
  type RequestError,
} from "./identity/identity-request.ts";
export {
  renewSession,
  renewSyncToken,
  signIn,
  signOut,
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
