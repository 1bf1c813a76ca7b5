import type { Client } from "../client.ts";
import type { StrandedWork } from "../records/stranded-work.ts";
import { FollowedReading } from "./followed-reading.ts";
import { isSameList } from "./keep-same.ts";
import { useFollowed } from "./use-followed.ts";

export interface StrandedList {
  /** Oldest first; null while it is not known, which is not none. */
  readonly work: readonly StrandedWork[] | null;
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** Work that was not accepted and is kept here, dismissed or not. SPEC RE-11. */
export function useStranded(): StrandedList {
  const { value, ...rest } = useFollowed(follow);
  return { work: value, ...rest };
}

function follow(client: Client): FollowedReading<readonly StrandedWork[]> {
  return new FollowedReading({
    read: () => client.stranded(),
    watch: (listener) => client.watch(listener),
    isSame: isSameList(
      (before, now) =>
        before.hash === now.hash &&
        before.isDismissed === now.isDismissed &&
        before.reexpressedAs === now.reexpressedAs,
    ),
  });
}
