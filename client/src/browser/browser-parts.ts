/** What a client in a browser stands on, in a page as in the worker. */
import type { RecordType } from "@suture/schema";

import type { ClientOptions } from "../client-options.ts";
import type { LockOptions } from "../device-lock.ts";
import { patientFetch } from "../identity/patient-fetch.ts";
import { clientMigrations, clientTables } from "../store/client-tables.ts";
import { viewsInMemory } from "../store/view-rows.ts";
import { systemRandom, systemTimers } from "../system-runtime.ts";
import type { BrowserChannel } from "./browser-channel.ts";
import { connectBrowser } from "./connect-browser.ts";
import { openDataKey } from "./data-key.ts";
import { openIndexedDbStore } from "./open-indexed-db-store.ts";
import { openIndexedDbTokenStore } from "./open-indexed-db-token-store.ts";

export interface BrowserOptions {
  /** Of the server: `location.origin`, where that serves the app. */
  readonly url: string;
  /** Of what the device keeps in this browser; another name is another device. */
  readonly name: string;
  readonly appVersion?: string;
  /** By default Suture's own eight. The same in a page and its worker. */
  readonly recordTypes?: readonly RecordType[];
  /** Each of those who share the device uses it behind their own password. */
  readonly lock?: LockOptions;
}

type Parts = Pick<
  ClientOptions,
  "url" | "store" | "tokens" | "connect" | "channel" | "exclusively"
> &
  Pick<BrowserOptions, "appVersion" | "recordTypes" | "lock">;

/** Throws a `StoreError` for a store that cannot be opened. */
export async function openBrowserParts(
  { name, ...options }: BrowserOptions,
  channel: BrowserChannel,
): Promise<Parts> {
  const fetchPatiently = patientFetch({
    fetch: (url, init) => fetch(url, init),
    timers: systemTimers,
  });
  return {
    ...options,
    store: await openIndexedDbStore({
      name,
      tables: clientTables,
      migrations: clientMigrations,
      memoryTables: viewsInMemory,
      key: await openDataKey(name, { random: systemRandom }),
      random: systemRandom,
    }),
    tokens: await openIndexedDbTokenStore(name, { random: systemRandom }),
    connect: connectBrowser({ fetch: fetchPatiently, timers: systemTimers }),
    channel: channel.ofLogs,
    exclusively: (work) =>
      navigator.locks.request(`suture-session-${name}`, work),
  };
}
