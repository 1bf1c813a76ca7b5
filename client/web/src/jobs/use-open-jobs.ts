/** The jobs that somebody may have to do something about, as far as this device has them. SPEC AP-40, AP-120. */
import { jobWords, type RecordId, type serviceJob } from "@suture/schema";
import {
  useClient,
  useRecordList,
  type ShownRecord,
} from "@suture/client/react";

import { compareJobs, holdersOf, isOver } from "./job-words.ts";

export type JobRow = ShownRecord<typeof serviceJob>;

export interface JobRows {
  readonly rows: readonly JobRow[];
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
  readonly mayHaveMore: boolean;
}

const limit = 1_000;
/** More than anybody has in their hands: of one's own none is left out. */
const ownLimit = 100_000;

/** Lists find the words of what a job's fields say together, so what was done years ago is not read. SPEC CL-24. */
function useFoundJobs(
  matching: string,
  isMeant: (row: JobRow) => boolean,
  most = limit,
): JobRows {
  const { rows, ...list } = useRecordList(useClient().serviceJobs, {
    matching,
    limit: most,
  });
  // A description may begin with the same words.
  return { ...list, rows: inOrder(rows.filter(isMeant)) };
}

/** In these hands; one that two picked up at once is in both. */
export function useOpenJobsOf(memberId: RecordId): JobRows {
  return useFoundJobs(
    jobWords.openWith(memberId),
    (row) => !isOver(row.snapshot) && isWith(row, memberId),
    ownLimit,
  );
}

export function useJobsOfNobody(): JobRows {
  return useFoundJobs(
    jobWords.openWithNobody,
    ({ snapshot }) =>
      !isOver(snapshot) && (snapshot.fields.assigneeId ?? null) === null,
  );
}

export function useJobsOfOthers(memberId: RecordId): JobRows {
  return useFoundJobs(
    jobWords.openInHands,
    (row) => !isOver(row.snapshot) && !isWith(row, memberId),
  );
}

/** So many of what they had in their hands. */
export function useJobsDoneBy(memberId: RecordId, most: number): JobRows {
  return useFoundJobs(
    jobWords.overWith(memberId),
    (row) => isOver(row.snapshot) && isWith(row, memberId),
    most,
  );
}

/** About a piece of equipment, open or not. */
export function useJobsOn(equipmentId: RecordId): JobRows {
  return useFoundJobs(
    equipmentId,
    ({ snapshot }) => snapshot.fields.equipmentId === equipmentId,
  );
}

function isWith({ snapshot }: JobRow, memberId: RecordId): boolean {
  return holdersOf(snapshot).includes(memberId);
}

function inOrder(rows: readonly JobRow[]): readonly JobRow[] {
  return rows.toSorted((left, right) =>
    compareJobs(left.snapshot, right.snapshot),
  );
}
