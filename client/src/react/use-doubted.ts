import type { Client } from "../client.ts";
import type { DoubtedWork } from "../records/doubted-work.ts";
import { FollowedReading } from "./followed-reading.ts";
import { useFollowed } from "./use-followed.ts";

/** How much, also of colleagues', a server that came back from an older copy may lack; null while it is not known. SPEC AP-172. */
export function useDoubted(): DoubtedWork | null {
  return useFollowed(follow).value;
}

function follow(client: Client): FollowedReading<DoubtedWork> {
  return new FollowedReading({
    read: () => client.doubted(),
    watch: (listener) => client.watch(listener),
    isSame: (before, now) =>
      before.sentCount === now.sentCount &&
      before.notSentCount === now.notSentCount,
  });
}
