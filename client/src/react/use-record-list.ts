import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { RecordType } from "@suture/schema";

import type { ListOptions, Repository } from "../records/repository.ts";
import { FollowedList, type RecordList } from "./followed-list.ts";

/**
 * A list or search, as `Repository.list`, that goes on with the records. Options are compared by what they say, so they may be
 * written where they are used. SPEC RE-5.
 */
export function useRecordList<R extends RecordType>(
  repository: Repository<R>,
  options: ListOptions = {},
): RecordList<R> {
  const shown = useRef<Shown<R>>(null);
  const asked = JSON.stringify(Object.entries(options).toSorted(byName));
  const followed = useMemo(() => {
    const before = shown.current;
    const rows = before?.repository === repository ? before.rows : [];
    return new FollowedList(repository, options, rows);
  }, [repository, asked]);
  const list = useSyncExternalStore(followed.subscribe, followed.get);
  useEffect(() => {
    shown.current = { repository, rows: list.rows };
  }, [repository, list]);
  return list;
}

interface Shown<R extends RecordType> {
  readonly repository: Repository<R>;
  readonly rows: RecordList<R>["rows"];
}

function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1;
}
