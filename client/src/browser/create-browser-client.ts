/** A client in a page: its log in IndexedDB, shared with the other tabs; sync in a worker. SPEC WB-20 to WB-29. */
import type { Client } from "../client.ts";
import { createClient } from "../create-client.ts";
import { BrowserChannel } from "./browser-channel.ts";
import {
  mendStore,
  openBrowserParts,
  type BrowserOptions,
} from "./browser-parts.ts";
import { DistantSync } from "./distant-sync.ts";

export interface BrowserClientOptions extends BrowserOptions {
  /** Starts a module worker that calls `serveBrowserSync` with the same options. */
  startWorker(): Worker;
  /** Another tab has removed everything that this device kept: what a page still shows is to go, too. */
  onRemoved(): void;
  /** A row of the store was found damaged: what is undamaged goes on, and the next start mends it. Perhaps told several times. */
  onDamage(): void;
  /** Another tab has mended the store: this page is to be loaded anew. */
  onMended(): void;
}

/** Throws a `StoreError` for a store that cannot be opened: no space, a damaged one, one of a later version. */
export async function createBrowserClient({
  startWorker,
  onRemoved,
  onDamage,
  onMended,
  ...options
}: BrowserClientOptions): Promise<Client> {
  // Not heard by itself, and there when the client and its own channel are closed.
  const lasting = new BrowserChannel(options.name);
  lasting.hear("removed", onRemoved);
  await mendStore(options, lasting);
  lasting.hear("mended", onMended);
  const channel = new BrowserChannel(options.name);
  channel.hear("damaged", onDamage);
  const closing = new Promise<null>((resolve) =>
    channel.hear("close", resolve),
  );
  const { store, ...parts } = await openBrowserParts(
    options,
    channel,
    onDamage,
  );
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
    tellLocked: () => channel.say("locked", null),
    tellOpened: (isStored) => channel.say("opened", { isStored }),
  });
  channel.hear("locked", () => void client.lock.closeHere());
  channel.hear(
    "opened",
    ({ isStored }) => void client.lock.wasOpenedElsewhere(isStored),
  );
  channel.hear("restart", () => void client.renewPersons());
  // It may have been said before there was a client.
  void closing.then(() => client.close());
  return client;
}
