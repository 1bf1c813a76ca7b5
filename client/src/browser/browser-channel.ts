/**
 * What the contexts of one browser that have the same store open (tabs, and whichever worker syncs) say to each other. Nothing
 * of it is kept: whoever comes later reads the store, and asks the worker how sync stands.
 *
 * Only pages of this origin can hear or say anything here. Versions of the app that speak differently use different names.
 */
import type { PresenceMessage } from "@suture/schema";

import type { LogChannel, LogEvent } from "../store/log-events.ts";
import type { SyncStatus } from "../sync/sync-engine.ts";

interface Messages {
  /** A log's commit. */
  readonly log: LogEvent;
  /** Of whoever syncs. */
  readonly status: SyncStatus;
  readonly presence: PresenceMessage;
  /** Another context syncs from now on, and has to hear what is wanted. */
  readonly "takes-over": null;
  /** To whoever syncs. `from` is a context's own name. */
  readonly start: { readonly from: string };
  readonly stop: { readonly from: string };
  readonly push: null;
  readonly "tell-status": null;
  /** To all: who is signed in on the device, or uses it, is other than before. */
  readonly restart: null;
  /** To the other pages: nobody uses the device from now on, whether or not the store says so. */
  readonly locked: null;
  /** To the other pages: somebody opened the device, for all of them where that is stored, else in that page alone. */
  readonly opened: { readonly isStored: boolean };
  /** A row of the store is damaged: whoever opens the store next mends it, */
  readonly damaged: null;
  /** and has: what others had of it is to be read anew. */
  readonly mended: null;
  /** Everything of this device is about to be removed, */
  readonly close: null;
  /** and is. */
  readonly removed: null;
}
type Kind = keyof Messages;

const version = 1;

export class BrowserChannel {
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Map<string, Set<(said: unknown) => void>>();

  /** `name` is the store's. */
  constructor(name: string) {
    this.#channel = new BroadcastChannel(`suture-${version}-${name}`);
    this.#channel.addEventListener("message", ({ data }: MessageEvent) => {
      if (!isMessage(data)) return;
      for (const listener of this.#listeners.get(data.kind) ?? [])
        listener(data.said);
    });
  }

  /** To all other contexts. */
  say<K extends Kind>(kind: K, said: Messages[K]): void {
    this.#channel.postMessage({ kind, said });
  }

  hear<K extends Kind>(kind: K, listener: (said: Messages[K]) => void): void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a kind comes with is what this class sent
    listeners.add(listener as (said: unknown) => void);
  }

  get ofLogs(): LogChannel {
    return {
      post: (event) => this.say("log", event),
      listen: (listener) => this.hear("log", listener),
    };
  }

  close(): void {
    this.#channel.close();
  }
}

function isMessage(data: unknown): data is { kind: string; said: unknown } {
  return (
    typeof data === "object" &&
    data !== null &&
    "kind" in data &&
    typeof data.kind === "string" &&
    "said" in data
  );
}
