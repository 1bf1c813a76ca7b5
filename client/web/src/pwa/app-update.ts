/** A new version of the app, which waits until somebody takes it: a page in use is never replaced by itself. SPEC WB-23. */
import { registerSW } from "virtual:pwa-register";

import type { Timers } from "@suture/schema";

const askAgainMs = 60 * 60_000;

export interface AppUpdate {
  readonly isWaiting: boolean;
  /** Loads all open pages of the app anew, with the new version. */
  take(): void;
  subscribe(listener: () => void): () => void;
}

/** Keeps the app on the device for when there is no network, and asks for a new version now and every hour. */
export function watchForUpdate(timers: Timers): AppUpdate {
  const listeners = new Set<() => void>();
  let isWaiting = false;
  const replace = registerSW({
    onNeedRefresh() {
      isWaiting = true;
      for (const listener of [...listeners]) listener();
    },
    onRegisteredSW(_url, registration) {
      const ask = () => {
        // Without a network there is no answer, and the app that is here goes on.
        registration?.update().catch(() => undefined);
        timers.after(askAgainMs, ask);
      };
      timers.after(askAgainMs, ask);
    },
  });
  return {
    get isWaiting() {
      return isWaiting;
    },
    take: () => void replace(true),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
