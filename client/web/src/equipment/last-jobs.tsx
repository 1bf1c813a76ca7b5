import { useState } from "react";

import type { RecordId } from "@suture/schema";

import { JobCard } from "../jobs/job-card.tsx";
import { isOver } from "../jobs/job-words.ts";
import { useJobsOn, type JobRow } from "../jobs/use-open-jobs.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { MayHaveMore } from "../ui/may-have-more.tsx";
import { Notice } from "../ui/notice.tsx";

const firstCount = 5;

/** What waits first, then what was last done. */
export function LastJobs({ equipmentId }: { readonly equipmentId: RecordId }) {
  const { equipment, common } = useText();
  const list = useJobsOn(equipmentId);
  const { rows, isLoading, hasFailed } = list;
  const [isAll, setIsAll] = useState(false);
  if (isLoading && rows.length === 0)
    return <p className="loading">{common.loading}</p>;
  const ordered = rows.toSorted(
    (left, right) => orderOf(right) - orderOf(left),
  );
  const shown = isAll ? ordered : ordered.slice(0, firstCount);
  return (
    <>
      {hasFailed && <Notice tone="danger">{common.storeFailed}</Notice>}
      {rows.length === 0 && !hasFailed && (
        <p className="muted">{equipment.noJobs}</p>
      )}
      <ul className="cards" aria-labelledby="last-jobs">
        {shown.map((row) => (
          <li key={row.record.id}>
            <JobCard row={row} withHolder withEquipment={false} />
          </li>
        ))}
      </ul>
      {shown.length < ordered.length ? (
        <div className="actions">
          <Button onPress={() => setIsAll(true)}>{equipment.more}</Button>
        </div>
      ) : (
        <MayHaveMore list={list} />
      )}
    </>
  );
}

/** Open ones above all others; else by when somebody last wrote in it, by their device's clock. */
function orderOf({ record, snapshot }: JobRow): number {
  if (!isOver(snapshot)) return Number.MAX_SAFE_INTEGER;
  return Math.max(...record.history().map(({ authoredAtMs }) => authoredAtMs));
}
