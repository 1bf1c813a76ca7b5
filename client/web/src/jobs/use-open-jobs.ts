/** The jobs that somebody may have to do something about, as far as this device has them. SPEC AP-40. */
import type { RecordId, serviceJob } from "@suture/schema";
import {
  useClient,
  useRecordList,
  type ShownRecord,
} from "@suture/client/react";

import { compareJobs, isOver } from "./job-words.ts";

export type JobRow = ShownRecord<typeof serviceJob>;

export interface JobRows {
  readonly rows: readonly JobRow[];
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

const limit = 1_000;

/** Lists find words of a job's fields, so each state is one search: what was done years ago is not read. */
function useJobsInState(matching: string): JobRows {
  return useRecordList(useClient().serviceJobs, { matching, limit });
}

/** Whoever has them. Most urgent first; `own` are found already. */
export function useOpenJobs(own: JobRows): JobRows {
  return together([
    // Among them what was said to be done, without the signature that closes it.
    own,
    useJobsInState("requested"),
    useJobsInState("received"),
    useJobsInState("accepted"),
    useJobsInState("ready"),
    useJobsInState("in-progress"),
    useJobsInState("on-hold"),
    useJobsInState("draft"),
    // Said to be done, while what was signed about them is contested.
    useRecordList(useClient().serviceJobs, { inConflict: true, limit }),
  ]);
}

/** In these hands, open or not. */
export function useJobsOf(memberId: RecordId): JobRows {
  const found = useJobsInState(memberId);
  const rows = found.rows.filter(
    ({ snapshot }) => snapshot.fields.assigneeId === memberId,
  );
  return { ...found, rows: inOrder(rows) };
}

/** About a piece of equipment, open or not. */
export function useJobsOn(equipmentId: RecordId): JobRows {
  const found = useJobsInState(equipmentId);
  const rows = found.rows.filter(
    ({ snapshot }) => snapshot.fields.equipmentId === equipmentId,
  );
  return { ...found, rows };
}

function together(lists: readonly JobRows[]): JobRows {
  const rowById = new Map(
    lists.flatMap(({ rows }) => rows).map((row) => [row.record.id, row]),
  );
  return {
    rows: inOrder(
      [...rowById.values()].filter(({ snapshot }) => !isOver(snapshot)),
    ),
    isLoading: lists.some(({ isLoading }) => isLoading),
    hasFailed: lists.some(({ hasFailed }) => hasFailed),
  };
}

function inOrder(rows: readonly JobRow[]): readonly JobRow[] {
  return rows.toSorted((left, right) =>
    compareJobs(left.snapshot, right.snapshot),
  );
}
