/** One job: how it stands, what can be done next, what was done. Built for one thumb on a small screen. SPEC AP-41. */
import { useClient, useGroup } from "@suture/client/react";

import { RecordGate } from "../app/record-gate.tsx";
import { useTitle } from "../app/use-title.ts";
import { EquipmentName } from "../equipment/equipment-name.tsx";
import { useText } from "../text/use-text.ts";
import { ButtonLink } from "../ui/button.tsx";
import { ContestedWork } from "./contested-work.tsx";
import { JobActions } from "./job-actions.tsx";
import { Missing } from "./missing.tsx";
import { JobHolder } from "./job-holder.tsx";
import { JobStateLabel } from "./job-state-label.tsx";
import { jobTitle } from "./job-words.ts";
import { NotesSection } from "./notes-section.tsx";
import { PartsSection } from "./parts-section.tsx";
import { PhotosSection } from "./photos-section.tsx";
import { ReadingsSection } from "./readings-section.tsx";
import { RecordStatusLine } from "./record-status-line.tsx";
import { SafetyTestSection } from "./safety-test-section.tsx";
import { SharedHands } from "./shared-hands.tsx";
import type { JobRow } from "./use-open-jobs.ts";

export function JobPage({ id }: { readonly id: string }) {
  const { jobs } = useText();
  useTitle(jobs.details);
  return (
    <RecordGate repository={useClient().serviceJobs} id={id}>
      {(row) => <JobView row={row} />}
    </RecordGate>
  );
}

function JobView({ row }: { readonly row: JobRow }) {
  const { record, snapshot, status } = row;
  const service = useGroup(record, "service");
  return (
    <article className="job">
      <JobHead row={row} />
      <RecordStatusLine
        recordId={record.id}
        status={status}
        group={service.status === "conflict" ? "service" : undefined}
      />
      <SharedHands job={snapshot} />
      <Missing job={snapshot} service={service} />
      {service.status === "conflict" ? (
        <ContestedWork record={record} reading={service} />
      ) : (
        <>
          <PartsSection record={record} reading={service} />
          <SafetyTestSection record={record} reading={service} />
        </>
      )}
      <ReadingsSection record={record} job={snapshot} />
      <NotesSection record={record} job={snapshot} />
      <PhotosSection record={record} job={snapshot} />
      <JobActions record={record} job={snapshot} service={service} />
    </article>
  );
}

function JobHead({ row: { snapshot } }: { readonly row: JobRow }) {
  const { jobs, common } = useText();
  const { equipmentId, priority, requester, requestedStart, description } =
    snapshot.fields;
  return (
    <header className="job-head">
      <h1>{jobTitle(snapshot) ?? jobs.untitled}</h1>
      {equipmentId === undefined ? (
        <p>{jobs.noEquipment}</p>
      ) : (
        <ButtonLink to={`/equipment/${equipmentId}`}>
          <EquipmentName equipmentId={equipmentId} />
        </ButtonLink>
      )}
      <p className="job-marks">
        <JobStateLabel job={snapshot} />
        {priority !== undefined && (
          <span className={priority === "routine" ? "muted" : "job-urgent"}>
            {jobs.priorities[priority]}
          </span>
        )}
        <span>
          <JobHolder job={snapshot} />
        </span>
      </p>
      {requester !== undefined && (
        <p>
          {jobs.requestedBy} {requester}
        </p>
      )}
      {requestedStart !== undefined && requestedStart !== null && (
        <p>
          {jobs.requestedFor(
            requestedStart.includes("T")
              ? common.dateTime(Date.parse(requestedStart))
              : common.partialDate(requestedStart),
          )}
        </p>
      )}
      {description !== "" && <p className="job-description">{description}</p>}
    </header>
  );
}
