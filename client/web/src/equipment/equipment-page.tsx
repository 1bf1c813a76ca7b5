/** One piece of equipment: what it is, whether it may be used, and what was last done to it. SPEC AP-51. */
import { recordIdSchema, type equipment, type RecordId } from "@suture/schema";
import {
  useClient,
  useGroup,
  useRecord,
  type ShownRecord,
} from "@suture/client/react";

import { useTitle } from "../app/use-title.ts";
import { RecordStatusLine } from "../jobs/record-status-line.tsx";
import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import { FitnessSection } from "./fitness-section.tsx";
import { LastJobs } from "./last-jobs.tsx";
import { ReportForm } from "./report-form.tsx";

export function EquipmentPage({ id }: { readonly id: string }) {
  const { equipment: text, common } = useText();
  const recordId = recordIdSchema.safeParse(id);
  useTitle(text.one);
  if (!recordId.success)
    return (
      <Notice tone="warning">{common.recordProblem["record-unknown"]}</Notice>
    );
  return <EquipmentOf recordId={recordId.data} />;
}

function EquipmentOf({ recordId }: { readonly recordId: RecordId }) {
  const { common } = useText();
  const reading = useRecord(useClient().equipment, recordId);
  switch (reading.state) {
    case "loading":
      return <p className="loading">{common.loading}</p>;
    case "problem":
      return (
        <Notice tone="warning">
          {common.recordProblem[reading.problem.code]}
        </Notice>
      );
    case "open":
      return <EquipmentView shown={reading} />;
  }
}

function EquipmentView({
  shown: { record, snapshot, status },
}: {
  readonly shown: ShownRecord<typeof equipment>;
}) {
  const text = useText().equipment;
  const fitness = useGroup(record, "fitness");
  const { fields } = snapshot;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    [text.manufacturer, fields.manufacturer],
    [text.model, fields.modelNumber],
    [text.serialNumber, fields.serialNumber],
    [text.place, fields.locationText],
  ];
  return (
    <article className="job">
      <h1>{fields.deviceName ?? text.unnamed}</h1>
      <RecordStatusLine
        recordId={record.id}
        status={status}
        group={fitness.status === "conflict" ? "fitness" : undefined}
      />
      <dl className="facts">
        {facts.flatMap(([name, value]) =>
          value
            ? [
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>,
              ]
            : [],
        )}
      </dl>
      <FitnessSection record={record} reading={fitness} />
      <section className="job-section" aria-labelledby="last-jobs">
        <h2 id="last-jobs">{text.lastJobs}</h2>
        <LastJobs equipmentId={record.id} />
        <ReportForm equipmentId={record.id} />
      </section>
    </article>
  );
}
