/** What a client in a browser stands on, in a page as in the worker. */
import { tablesByName, type RecordType, type Store } from "@suture/schema";

import type { ClientOptions } from "../client-options.ts";
import type { LockOptions } from "../device-lock.ts";
import { patientFetch } from "../identity/patient-fetch.ts";
import { clientMigrations } from "../store/client-migrations.ts";
import { clientTables, localPartition } from "../store/client-tables.ts";
import { addDamageReport } from "../store/damage-report.ts";
import { viewsInMemory } from "../store/view-rows.ts";
import { systemRandom, systemTimers } from "../system-runtime.ts";
import type { BrowserChannel } from "./browser-channel.ts";
import { connectBrowser } from "./connect-browser.ts";
import { mendDamage, noteDamage } from "./damaged-rows.ts";
import { openDataKey } from "./data-key.ts";
import { openIndexedDbStore } from "./open-indexed-db-store.ts";
import { openIndexedDbTokenStore } from "./open-indexed-db-token-store.ts";
import { RowSealer } from "./row-sealing.ts";
import { openSpareNumbers } from "./spare-numbers.ts";

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
  | "url"
  | "store"
  | "tokens"
  | "spareNumbers"
  | "connect"
  | "channel"
  | "exclusively"
> &
  Pick<BrowserOptions, "appVersion" | "recordTypes" | "lock">;

/**
 * Where somebody met a damaged row: before a page opens the store. A worker does not, as its own page would let go of it in the middle.
 * Others hear of it by the channel. Throws a `StoreError`.
 */
export async function mendStore(
  { name }: Pick<BrowserOptions, "name">,
  channel: BrowserChannel,
): Promise<void> {
  const random = systemRandom;
  const isMended = await mendDamage(name, {
    sealer: async () =>
      new RowSealer({
        key: await openDataKey(name, { random }),
        random,
        tables: tablesByName(clientTables),
      }),
    // Whoever has the log in its memory is not to write to what is left of it.
    onMend: () => channel.say("close", null),
    tell: async (report) => {
      const store = await openStore(name, () => undefined);
      try {
        await store.write(localPartition, (tx) => addDamageReport(tx, report));
      } finally {
        await store.close();
      }
    },
  });
  if (isMended) channel.say("mended", null);
}

/** `onDamage` is told of a damaged row that is met here; others hear of it by the channel. Throws a `StoreError` for a store that cannot be opened. */
export async function openBrowserParts(
  { name, ...options }: BrowserOptions,
  channel: BrowserChannel,
  onDamage: () => void = () => undefined,
): Promise<Parts> {
  const fetchPatiently = patientFetch({
    fetch: (url, init) => fetch(url, init),
    timers: systemTimers,
  });
  let isDamageNoted = false;
  const store = await openStore(name, () => {
    if (isDamageNoted) return;
    isDamageNoted = true;
    void noteDamage(name)
      // What cannot be noted is met again.
      .catch(() => void (isDamageNoted = false))
      .then(() => {
        channel.say("damaged", null);
        onDamage();
      });
  });
  return {
    ...options,
    store,
    tokens: await openIndexedDbTokenStore(name, { random: systemRandom }),
    spareNumbers: openSpareNumbers(name),
    connect: connectBrowser({ fetch: fetchPatiently, timers: systemTimers }),
    channel: channel.ofLogs,
    exclusively: (work) =>
      navigator.locks.request(`suture-session-${name}`, work),
  };
}

async function openStore(name: string, onDamage: () => void): Promise<Store> {
  const random = systemRandom;
  return openIndexedDbStore({
    name,
    key: await openDataKey(name, { random }),
    random,
    tables: clientTables,
    migrations: clientMigrations,
    memoryTables: viewsInMemory,
    onDamage,
  });
}
