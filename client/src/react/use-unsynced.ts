import type { Client } from "../client.ts";
import type { UnsyncedChange } from "../records/unsynced-work.ts";
import { FollowedReading } from "./followed-reading.ts";
import { isSameList } from "./keep-same.ts";
import { useFollowed } from "./use-followed.ts";

export interface UnsyncedList {
  /**
   * Most critical first; null while it is not known, which is not none. Show an age by `savedAtMs` and your own clock: the list is
   * not made again because time passes.
   */
  readonly changes: readonly UnsyncedChange[] | null;
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** Work that is on this device only. SPEC RE-10. */
export function useUnsynced(): UnsyncedList {
  const { value, ...rest } = useFollowed(follow);
  return { changes: value, ...rest };
}

function follow(client: Client): FollowedReading<readonly UnsyncedChange[]> {
  return new FollowedReading({
    read: () => client.unsynced(),
    watch: (listener) => client.watch(listener),
    isSame: isSameList(
      (before, now) =>
        before.hash === now.hash &&
        before.recordId === now.recordId &&
        before.state === now.state &&
        before.priority === now.priority &&
        before.reason === now.reason,
    ),
  });
}
