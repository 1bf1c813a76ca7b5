/**
 * Removes everything that a device keeps in this browser: first the key, without which nothing else can be read, then the rest. Other
 * tabs and the worker let go of it; their pages have to be loaded again. Work that was not sent is gone with it. SPEC WB-24.
 */
import { BrowserChannel } from "./browser-channel.ts";
import { deleteDamagedRows } from "./damaged-rows.ts";
import { destroyDataKey } from "./data-key.ts";
import { deleteIndexedDbTokenStore } from "./open-indexed-db-token-store.ts";
import { deleteSpareNumbers } from "./spare-numbers.ts";
import { deleteIndexedDbStore } from "./store-database.ts";

/** `name` is that of `BrowserOptions`. This page's own client is closed before. */
export async function removeDevice(name: string): Promise<void> {
  await destroyDataKey(name);
  const channel = new BrowserChannel(name);
  channel.say("close", null);
  await deleteIndexedDbTokenStore(name);
  await deleteIndexedDbStore(name);
  await deleteDamagedRows(name);
  await deleteSpareNumbers(name);
  channel.say("removed", null);
  channel.close();
}
