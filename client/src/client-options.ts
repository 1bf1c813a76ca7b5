/** What a client stands on: its store, and everything that touches the machine. */
import type { Clock, Random, RecordType, Store, Timers } from "@suture/schema";

import type { LockOptions } from "./device-lock.ts";
import type { Fetch } from "./identity/identity-request.ts";
import type { SpareNumbers } from "./identity/password-checks.ts";
import type { Exclusively } from "./identity/token-renewal.ts";
import type { TokenStore } from "./identity/token-store.ts";
import type { LogChannel } from "./store/log-events.ts";
import type { Connect } from "./sync/connect.ts";
import type { SyncDriver, SyncEngineDeps } from "./sync/sync-engine.ts";

export interface ClientOptions {
  /** Of the server, `https://…`. */
  readonly url: string;
  /** Opened with `clientTables`. The client closes it. */
  readonly store: Store;
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly connect: Connect;
  readonly fetch: Fetch;
  /** What keeps it in sync; by default an engine of its own. */
  readonly startSyncDriver?: (deps: SyncEngineDeps) => SyncDriver;
  /** Lets one context of the device at a time do it: a refresh token works once. By default there is one. */
  readonly exclusively?: Exclusively;
  /** For a device that people share: each uses it behind their own password, and it is locked once nobody does. */
  readonly lock?: LockOptions;
  /** For what has to be counted on a device that is locked and full. */
  readonly spareNumbers?: SpareNumbers;
  /** To the other contexts: the device is locked, also where that could not be stored. They call `client.lock.closeHere()`. */
  readonly tellLocked?: () => void;
  /** To the other contexts: somebody opened the device, for all of them or for this one alone. They call `client.lock.wasOpenedElsewhere()`. */
  readonly tellOpened?: (isStored: boolean) => void;
  /** To the other contexts that have the same store open. */
  readonly channel?: LogChannel;
  /** Of the app: those who run the organization see which devices need an update. Printable ASCII, at most 64 characters. */
  readonly appVersion?: string;
  /** By default Suture's own eight. */
  readonly recordTypes?: readonly RecordType[];
}
