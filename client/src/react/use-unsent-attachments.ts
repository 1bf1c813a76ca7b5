import type { Client } from "../client.ts";
import type { UnsentAttachment } from "../records/unsent-attachments.ts";
import { FollowedReading } from "./followed-reading.ts";
import { isSameList } from "./keep-same.ts";
import { useFollowed } from "./use-followed.ts";

export interface UnsentAttachmentList {
  /** Those taken first in front; null while it is not known, which is not none. */
  readonly attachments: readonly UnsentAttachment[] | null;
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** Pictures that only this device has. SPEC RE-15. */
export function useUnsentAttachments(): UnsentAttachmentList {
  const { value, ...rest } = useFollowed(follow);
  return { attachments: value, ...rest };
}

function follow(client: Client): FollowedReading<readonly UnsentAttachment[]> {
  return new FollowedReading({
    read: () => client.attachments.unsent(),
    watch: (listener) => client.watch(listener),
    isSame: isSameList(
      (before, now) =>
        before.hash === now.hash &&
        before.recordId === now.recordId &&
        before.state === now.state &&
        before.mayBeDropped === now.mayBeDropped &&
        before.reason === now.reason,
    ),
  });
}
