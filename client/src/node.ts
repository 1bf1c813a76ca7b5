/** `@suture/client/node`: what only Node clients can use. */

// identity
export { createFileTokenStore } from "./identity/file-token-store.ts";
