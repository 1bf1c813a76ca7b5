import type { BrowserOptions } from "@suture/client/browser";

/** The same in every tab and in the worker that syncs for them. */
export function syncOptions(): BrowserOptions {
  return {
    url: location.origin,
    name: "suture",
    appVersion: "web",
    // Why so many rounds, and so many minutes: docs/decisions/0014.
    lock: { passwordRounds: 600_000, unusedMs: 15 * 60_000 },
  };
}
