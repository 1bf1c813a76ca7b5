import { useCallback, useMemo, useSyncExternalStore } from "react";

import type { SyncStatus } from "../sync/sync-engine.ts";
import { keepSame } from "./keep-same.ts";
import { useClient } from "./suture-provider.tsx";

/** How sync stands, judged by answers: never by whether the machine believes it has a network. SPEC RE-12. */
export function useConnection(): SyncStatus {
  const client = useClient();
  const get = useMemo(
    () => keepSame(() => client.syncStatus, isSameStatus),
    [client],
  );
  const subscribe = useCallback(
    (listener: () => void) => client.watchSync(listener),
    [client],
  );
  return useSyncExternalStore(subscribe, get);
}

function isSameStatus(before: SyncStatus, now: SyncStatus): boolean {
  return (
    before.state === now.state &&
    before.problem?.code === now.problem?.code &&
    before.lastAnswerAtMs === now.lastAnswerAtMs &&
    before.caughtUpAtMs === now.caughtUpAtMs &&
    before.nextAttemptAtMs === now.nextAttemptAtMs
  );
}
