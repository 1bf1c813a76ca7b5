import { useCallback } from "react";
import type { GroupName, GroupReading, OpId, RecordType } from "@suture/schema";

import type { SutureRecord } from "../records/record.ts";
import { isSameList } from "./keep-same.ts";
import { useWatched } from "./use-watched.ts";

/**
 * A safety group: settled with its content, or in conflict with all candidates and the safe side, never one value of several. The
 * same object until something else is signed. SPEC RE-6.
 */
export function useGroup<R extends RecordType, G extends GroupName<R>>(
  record: SutureRecord<R>,
  name: G,
): GroupReading<R["groups"][G]["parts"]> {
  const read = useCallback((from: SutureRecord<R>) => from.group(name), [name]);
  return useWatched(record, read, isSameReading);
}

/** Everything a reading says follows from what is signed: which statements, and what lies behind each. */
function isSameReading(before: GroupReading, now: GroupReading): boolean {
  return (
    before.status === now.status &&
    isSameSigned(signedIn(before), signedIn(now))
  );
}

const isSameSigned = isSameList<OpId>((before, now) => before === now);

function signedIn(reading: GroupReading): readonly OpId[] {
  const signed =
    reading.status === "settled" ? reading.signatures : reading.candidates;
  return signed.map(({ opId }) => opId);
}
