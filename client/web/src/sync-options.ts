import type { BrowserOptions } from "@suture/client/browser";

/** The same in every tab and in the worker that syncs for them. */
export function syncOptions(): BrowserOptions {
  return { url: location.origin, name: "suture", appVersion: "web" };
}
