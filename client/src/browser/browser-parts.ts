/** What a client in a browser stands on, in a page as in the worker. */
import { tablesByName, type RecordType } from "@suture/schema";

import type { ClientOptions } from "../client-options.ts";
import type { LockOptions } from "../device-lock.ts";
import { patientFetch } from "../identity/patient-fetch.ts";
import {
  clientMigrations,
  clientTables,
  localPartition,
} from "../store/client-tables.ts";
import { addDamageReport } from "../store/damage-report.ts";
import { viewsInMemory } from "../store/view-rows.ts";
import { systemRandom, systemTimers } from "../system-runtime.ts";
import type { BrowserChannel } from "./browser-channel.ts";
import { connectBrowser } from "./connect-browser.ts";
import { mendRows, noteDamage, tellDamage } from "./damaged-rows.ts";
import { openDataKey } from "./data-key.ts";
import { openIndexedDbStore } from "./open-indexed-db-store.ts";
import { openIndexedDbTokenStore } from "./open-indexed-db-token-store.ts";
import { RowSealer } from "./row-sealing.ts";

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

/**
 * Mends the store first where somebody met a damaged row. `onDamage` is told of one that is met from now on, here; others hear of it by
 * the channel. Throws a `StoreError` for a store that cannot be opened.
 */
export async function openBrowserParts(
  { name, ...options }: BrowserOptions,
  channel: BrowserChannel,
  onDamage: () => void = () => undefined,
): Promise<Parts> {
  const fetchPatiently = patientFetch({
    fetch: (url, init) => fetch(url, init),
    timers: systemTimers,
  });
  const random = systemRandom;
  const key = await openDataKey(name, { random });
  await mend(name, { key, channel });
  let isDamageNoted = false;
  const store = await openIndexedDbStore({
    ...{ name, key, random },
    tables: clientTables,
    migrations: clientMigrations,
    memoryTables: viewsInMemory,
    onDamage: () => {
      if (isDamageNoted) return;
      isDamageNoted = true;
      // What cannot be noted is met again.
      void noteDamage(name).then(
        () => {
          channel.say("damaged", null);
          onDamage();
        },
        () => (isDamageNoted = false),
      );
    },
  });
  await tellDamage(name, (keptAs) =>
    store.write(localPartition, (tx) =>
      // Rows that do not open are still known by their keys.
      addDamageReport(tx, { keptAs, areAllNamed: true }),
    ),
  );
  return {
    ...options,
    store,
    tokens: await openIndexedDbTokenStore(name, { random: systemRandom }),
    connect: connectBrowser({ fetch: fetchPatiently, timers: systemTimers }),
    channel: channel.ofLogs,
    exclusively: (work) =>
      navigator.locks.request(`suture-session-${name}`, work),
  };
}

async function mend(
  name: string,
  given: { readonly key: Uint8Array; readonly channel: BrowserChannel },
): Promise<void> {
  const { key, channel } = given;
  const tables = tablesByName(clientTables);
  const isMended = await mendRows(name, {
    sealer: new RowSealer({ key, random: systemRandom, tables }),
    // Whoever has the log in its memory is not to write to what is left of it.
    onMend: () => channel.say("close", null),
  });
  if (isMended) channel.say("mended", null);
}
