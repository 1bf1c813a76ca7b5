/**
 * Sync, in a worker of each tab. Of all that have the same store, one syncs: whoever holds the Web Lock. When its tab is closed, or
 * killed, the lock passes on. Receiving, decoding and storing happen here, and making what lists read, so that typing in a page waits for
 * none of it. SPEC WB-20, WB-26.
 */
import { createRecordTypes, sutureRecords } from "@suture/schema";

import type { Client } from "../client.ts";
import { createClient } from "../create-client.ts";
import { readyViews } from "../records/refresh-views.ts";
import {
  SyncEngine,
  type SyncEngineDeps,
  type SyncStatus,
} from "../sync/sync-engine.ts";
import { BrowserChannel } from "./browser-channel.ts";
import { openBrowserParts, type BrowserOptions } from "./browser-parts.ts";

/** Syncs, or waits for its turn. Resolves once everything of the device is to be removed, and its store is closed. */
export async function serveBrowserSync(options: BrowserOptions): Promise<void> {
  await navigator.locks.request(`suture-sync-${options.name}`, () =>
    syncUntilClosed(options),
  );
}

async function syncUntilClosed(options: BrowserOptions): Promise<void> {
  const channel = new BrowserChannel(options.name);
  const closing = new Promise<null>((resolve) =>
    channel.hear("close", resolve),
  );
  // The pages keep the lock: work that waits goes out meanwhile.
  const { lock: _ofPages, ...parts } = await openBrowserParts(options, channel);
  const types = createRecordTypes(options.recordTypes ?? sutureRecords);
  const engines: SyncEngine[] = [];
  const client = await createClient({
    ...parts,
    startSyncDriver: (deps) => {
      deps.log.whenReceived(readyViews(types));
      const engine = new SyncEngine(tellingOthers(deps, channel));
      engines.push(engine);
      return engine;
    },
  });
  for (const engine of engines) answer(channel, client, engine);
  channel.say("takes-over", null);
  await closing;
  await client.close();
  channel.close();
}

function tellingOthers(
  deps: SyncEngineDeps,
  channel: BrowserChannel,
): SyncEngineDeps {
  let said: SyncStatus | undefined;
  return {
    ...deps,
    onStatus(status) {
      deps.onStatus(status);
      if (said !== undefined && saysTheSame(said, status)) return;
      said = status;
      channel.say("status", status);
    },
    onPresence: (message) => channel.say("presence", message),
  };
}

/** Each frame is an answer: nobody reads in a page when the last of a second came. */
function saysTheSame(said: SyncStatus, status: SyncStatus): boolean {
  const { state, problem, nextAttemptAtMs } = status;
  const isSameSecond = (before: number | null, now: number | null) =>
    Math.abs((now ?? 0) - (before ?? 0)) < 1_000;
  return (
    said.state === state &&
    said.problem === problem &&
    said.nextAttemptAtMs === nextAttemptAtMs &&
    isSameSecond(said.lastAnswerAtMs, status.lastAnswerAtMs) &&
    isSameSecond(said.caughtUpAtMs, status.caughtUpAtMs)
  );
}

function answer(
  channel: BrowserChannel,
  client: Client,
  engine: SyncEngine,
): void {
  const wanted = new Set<string>();
  channel.hear("start", ({ from }) => {
    wanted.add(from);
    engine.start();
  });
  channel.hear("stop", ({ from }) => {
    wanted.delete(from);
    if (wanted.size === 0) engine.stop();
  });
  channel.hear("restart", () => {
    // What cannot be read now is reported by the next attempt to connect.
    void client
      .renewPersons()
      .catch(() => undefined)
      .then(() => engine.restart());
  });
  channel.hear("push", () => engine.push());
  channel.hear("tell-status", () => channel.say("status", engine.status));
}
