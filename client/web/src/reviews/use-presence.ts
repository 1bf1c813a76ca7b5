import { useEffect, useState } from "react";

import { useClient } from "@suture/client/react";
import type { PresenceMessage } from "@suture/schema";

/** The last word of each colleague's device, heard since the page was opened. */
export function usePresence(): readonly PresenceMessage[] {
  const client = useClient();
  const [heard, setHeard] = useState<ReadonlyMap<string, PresenceMessage>>(
    new Map(),
  );
  useEffect(
    () =>
      client.watchPresence((message) => {
        const key = `${message.deviceId} ${message.memberId}`;
        setHeard((before) => new Map(before).set(key, message));
      }),
    [client],
  );
  return [...heard.values()];
}
