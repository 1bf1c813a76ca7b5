import { useMemo, useSyncExternalStore } from "react";
import type { RecordId, RecordType } from "@suture/schema";

import type { Repository } from "../records/repository.ts";
import { FollowedRecord, type RecordReading } from "./followed-record.ts";

/**
 * A record by its id, as it stands: read again after every commit, and found by itself once it arrives. Its `snapshot` is what to
 * show; memoize on the reading, as `record` stays the same while it changes. SPEC RE-1.
 */
export function useRecord<R extends RecordType>(
  repository: Repository<R>,
  recordId: RecordId,
): RecordReading<R> {
  const followed = useMemo(
    () => new FollowedRecord(repository, recordId),
    [repository, recordId],
  );
  return useSyncExternalStore(followed.subscribe, followed.get);
}
