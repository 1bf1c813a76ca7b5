/** What can be done with a job next. Completing it is a signature; everything else merges. SPEC AP-42, AP-43. */
import { useState } from "react";

import {
  mayWrite,
  maySign,
  serviceJob,
  type GroupReading,
  type RecordId,
} from "@suture/schema";
import type { SutureRecord } from "@suture/client";
import { useClient, useRecord } from "@suture/client/react";

import { useMe } from "../app/use-me.ts";
import { useEdit } from "../forms/use-edit.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { CompleteDialog } from "./complete-dialog.tsx";
import { HoldDialog } from "./hold-dialog.tsx";
import { jobState, type Job } from "./job-words.ts";
import { missingId, whatIsMissing } from "./missing.tsx";
import { ReopenDialog } from "./reopen-dialog.tsx";

export type JobRecord = SutureRecord<typeof serviceJob>;
export type ServiceReading = GroupReading<
  (typeof serviceJob)["groups"]["service"]["parts"]
>;

type Asked = "hold" | "complete" | "reopen";

export function JobActions({
  record,
  job,
  service,
}: {
  readonly record: JobRecord;
  readonly job: Job;
  readonly service: ServiceReading;
}) {
  const { jobs } = useText();
  const { membership, roles } = useMe();
  const { save, isSaving, problem } = useEdit(record);
  const [asked, setAsked] = useState<Asked | null>(null);
  const me = membership?.memberId;
  const { assigneeId } = job.fields;
  if (me === undefined || !mayWrite(serviceJob, "workStatus", roles))
    return null;
  const state = jobState(job);
  const missing = whatIsMissing(service);
  const isClosed = state === "completed";
  const isMine = assigneeId === me;
  const close = () => setAsked(null);
  const start = () =>
    void save((draft) => void (draft.workStatus = "in-progress"));
  const pickUp = () =>
    void save((draft) => {
      draft.assigneeId = me;
      if (isNew(job)) draft.workStatus = "accepted";
    });
  return (
    <>
      <div className="job-actions">
        {!isClosed && !isMine && (
          <Button
            look={state === "in-progress" ? "plain" : "primary"}
            isDisabled={isSaving}
            onPress={pickUp}
          >
            {assigneeId === undefined || assigneeId === null ? (
              jobs.pickUp
            ) : (
              <TakeOver memberId={assigneeId} />
            )}
          </Button>
        )}
        {!isClosed && isMine && job.fields.workStatus !== "in-progress" && (
          <Button look="primary" isDisabled={isSaving} onPress={start}>
            {job.fields.workStatus === "on-hold" ? jobs.goOn : jobs.start}
          </Button>
        )}
        {!isClosed && isMine && job.fields.workStatus === "in-progress" && (
          <Button isDisabled={isSaving} onPress={() => setAsked("hold")}>
            {jobs.hold}
          </Button>
        )}
        {!isClosed && maySign(serviceJob.groups.service, [], roles) && (
          <Button
            look={isMine && missing === null ? "primary" : "plain"}
            isDisabled={missing !== null || isSaving}
            {...(missing !== null && { "aria-describedby": missingId })}
            onPress={() => setAsked("complete")}
          >
            {jobs.complete}
          </Button>
        )}
        {isClosed && (
          <Button onPress={() => setAsked("reopen")}>{jobs.reopen}</Button>
        )}
      </div>
      {problem !== null && (
        <Notice tone="danger" isLive>
          {problem}
        </Notice>
      )}
      {asked === "hold" && <HoldDialog record={record} onClose={close} />}
      {service.status === "settled" && asked === "complete" && (
        <CompleteDialog record={record} reading={service} onClose={close} />
      )}
      {service.status === "settled" && asked === "reopen" && (
        <ReopenDialog record={record} reading={service} onClose={close} />
      )}
    </>
  );
}

/** Nobody has said yet that they would do it. */
function isNew({ fields: { workStatus = "requested" } }: Job): boolean {
  return ["draft", "requested", "received", "ready"].includes(workStatus);
}

function TakeOver({ memberId }: { readonly memberId: RecordId }) {
  const { jobs, common } = useText();
  const reading = useRecord(useClient().members, memberId);
  const name =
    reading.state === "open" ? reading.snapshot.fields.displayName : undefined;
  return <>{jobs.takeOver(name ?? common.unknownMember)}</>;
}
