import type { Client } from "../client.ts";
import { FollowedReading } from "./followed-reading.ts";
import { useFollowed } from "./use-followed.ts";

/** How many changes, also colleagues', are sent again because the server came back from an older copy; null while it is not known. SPEC AP-172. */
export function useDoubtedCount(): number | null {
  return useFollowed(follow).value;
}

function follow(client: Client): FollowedReading<number> {
  return new FollowedReading({
    read: () => client.doubtedCount(),
    watch: (listener) => client.watch(listener),
    isSame: (before, now) => before === now,
  });
}
