import type { RecordType } from "@suture/schema";

import type { SutureRecord } from "../records/record.ts";
import type { RecordStatus } from "../status/derive-status.ts";
import { useWatched } from "./use-watched.ts";

/** What "saved" means for a record now, in its own words (DESIGN 7). SPEC RE-7. */
export function useStatus<R extends RecordType>(
  record: SutureRecord<R>,
): RecordStatus {
  return useWatched(record, statusOf<R>, isSameStatus);
}

function statusOf<R extends RecordType>(record: SutureRecord<R>): RecordStatus {
  return record.status;
}

function isSameStatus(before: RecordStatus, now: RecordStatus): boolean {
  return before.state === now.state;
}
