/** What keeps a client in sync, wired: by default an engine of its own. */
import type { RecordTypes } from "@suture/schema";

import type { ClientOptions } from "./client-options.ts";
import { readableTypes } from "./records/readable-types.ts";
import {
  SyncEngine,
  type SyncDriver,
  type SyncEngineDeps,
} from "./sync/sync-engine.ts";

export function startSyncDriver(
  options: ClientOptions,
  deps: Pick<SyncEngineDeps, "log" | "identity" | "onStatus" | "onPresence"> & {
    readonly types: RecordTypes;
    readonly lastHeard: NonNullable<SyncEngineDeps["lastHeard"]>;
  },
): SyncDriver {
  const { clock, timers, random, connect, fetch } = options;
  const { types, ...rest } = deps;
  const start = options.startSyncDriver ?? ((given) => new SyncEngine(given));
  return start({
    ...rest,
    ...{ clock, timers, random, connect, fetch },
    url: `${options.url.replace(/^http/, "ws").replace(/\/+$/, "")}/sync`,
    readableTypes: (roles) => readableTypes(types, roles),
    appVersion: options.appVersion ?? "unnamed",
  });
}
