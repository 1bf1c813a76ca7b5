import { useMemo, useSyncExternalStore } from "react";

import type { Client } from "../client.ts";
import type { FollowedReading, Reading } from "./followed-reading.ts";
import { useClient } from "./suture-provider.tsx";

/** What is read of the client, and again after what may have changed it. `follow` is the same function each time. */
export function useFollowed<T>(
  follow: (client: Client) => FollowedReading<T>,
): Reading<T> {
  const client = useClient();
  const followed = useMemo(() => follow(client), [client, follow]);
  return useSyncExternalStore(followed.subscribe, followed.get);
}
