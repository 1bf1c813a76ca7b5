import type { SyncStatus } from "./sync-engine.ts";

export interface Caught {
  readonly syncStatus: SyncStatus;
  startSync(): void;
  watchSync(listener: (status: SyncStatus) => void): () => void;
}

/** Starts, and resolves once everything the server had is here. */
export function catchUp(client: Caught): Promise<void> {
  return new Promise((resolve) => {
    const stop = client.watchSync(({ state }) => {
      if (state !== "up-to-date") return;
      stop();
      resolve();
    });
    if (client.syncStatus.state === "up-to-date") {
      stop();
      resolve();
    } else client.startSync();
  });
}
