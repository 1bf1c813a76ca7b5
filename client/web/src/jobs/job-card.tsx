import { memo } from "react";
import { Link } from "wouter";

import { EquipmentName } from "../equipment/equipment-name.tsx";
import { useText } from "../text/use-text.ts";
import { StatusLabel } from "../ui/status-label.tsx";
import { JobHolder } from "./job-holder.tsx";
import { JobStateLabel } from "./job-state-label.tsx";
import { jobTitle } from "./job-words.ts";
import type { JobRow } from "./use-open-jobs.ts";

/** A job in a list: the whole card leads to it. */
export const JobCard = memo(function JobCard({
  row: { record, snapshot, status },
  withHolder = false,
  withEquipment = true,
}: {
  readonly row: JobRow;
  readonly withHolder?: boolean;
  readonly withEquipment?: boolean;
}) {
  const { jobs } = useText();
  const { equipmentId, priority } = snapshot.fields;
  return (
    <Link href={`/jobs/${record.id}`} className="card job-card">
      <span className="job-card-title">
        {jobTitle(snapshot) ?? jobs.untitled}
      </span>
      {withEquipment && (
        <span>
          {equipmentId === undefined ? (
            jobs.noEquipment
          ) : (
            <EquipmentName equipmentId={equipmentId} />
          )}
        </span>
      )}
      <span className="job-card-marks">
        <JobStateLabel job={snapshot} />
        {priority !== undefined && priority !== "routine" && (
          <span className="job-urgent">{jobs.priorities[priority]}</span>
        )}
      </span>
      {withHolder && (
        <span className="muted">
          <JobHolder job={snapshot} />
        </span>
      )}
      <StatusLabel status={status} />
    </Link>
  );
});
