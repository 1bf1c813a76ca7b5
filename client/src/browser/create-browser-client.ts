/** A client in a page: its log in IndexedDB, shared with the other tabs; sync in a worker. SPEC WB-20 to WB-29. */
import type { Client } from "../client.ts";
import { createClient } from "../create-client.ts";
import { BrowserChannel } from "./browser-channel.ts";
import { openBrowserParts, type BrowserOptions } from "./browser-parts.ts";
import { DistantSync } from "./distant-sync.ts";

export interface BrowserClientOptions extends BrowserOptions {
  /** Starts a module worker that calls `serveBrowserSync` with the same options. */
  startWorker(): Worker;
  /** Another tab has removed everything that this device kept: what a page still shows is to go, too. */
  onRemoved(): void;
}

/** Throws a `StoreError` for a store that cannot be opened: no space, a damaged one, one of a later version. */
export async function createBrowserClient({
  startWorker,
  onRemoved,
  ...options
}: BrowserClientOptions): Promise<Client> {
  const channel = new BrowserChannel(options.name);
  const { store, ...parts } = await openBrowserParts(options, channel);
  const worker = startWorker();
  const client = await createClient({
    ...parts,
    store: {
      read: (partition, work) => store.read(partition, work),
      write: (partition, work) => store.write(partition, work),
      listPartitions: () => store.listPartitions(),
      close: async () => {
        worker.terminate();
        channel.close();
        await store.close();
      },
    },
    startSyncDriver: (deps) => new DistantSync(channel, deps),
  });
  channel.hear("restart", () => void client.renewPersons());
  channel.hear("close", () => void client.close());
  // The client's own channel closes with it.
  new BrowserChannel(options.name).hear("removed", onRemoved);
  return client;
}
