import type { RecordType } from "@suture/schema";

import type { HistoryEntry } from "../records/history.ts";
import type { SutureRecord } from "../records/record.ts";
import { isSameList } from "./keep-same.ts";
import { useWatched } from "./use-watched.ts";

/** A record's history, oldest first, with what became of each change as it becomes known. SPEC RE-8. */
export function useHistory<R extends RecordType>(
  record: SutureRecord<R>,
): readonly HistoryEntry[] {
  return useWatched(record, historyOf<R>, isSameHistory);
}

function historyOf<R extends RecordType>(
  record: SutureRecord<R>,
): readonly HistoryEntry[] {
  return record.history();
}

/** A change says the same for ever; what becomes of it, and whether another lies beside it, does not. */
const isSameHistory = isSameList<HistoryEntry>(
  (before, now) =>
    before.hash === now.hash &&
    before.state === now.state &&
    before.admittedAtMs === now.admittedAtMs &&
    before.reason === now.reason,
);
