/** `@suture/client/browser`: what only clients in browsers can use. */
export type { BrowserOptions } from "./browser/browser-parts.ts";
export { serveBrowserSync } from "./browser/browser-sync.ts";
export {
  createBrowserClient,
  type BrowserClientOptions,
} from "./browser/create-browser-client.ts";
export { askToKeepStorage } from "./browser/persistent-storage.ts";
export { removeDevice } from "./browser/remove-device.ts";
