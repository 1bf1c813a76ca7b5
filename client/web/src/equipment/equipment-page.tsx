/** One piece of equipment: what it is, whether it may be used, and what was last done to it. SPEC AP-51. */
import type { equipment } from "@suture/schema";
import { useClient, useGroup, type ShownRecord } from "@suture/client/react";

import { RecordGate } from "../app/record-gate.tsx";
import { useTitle } from "../app/use-title.ts";
import { RecordStatusLine } from "../jobs/record-status-line.tsx";
import { useText } from "../text/use-text.ts";
import { FitnessSection } from "./fitness-section.tsx";
import { LastJobs } from "./last-jobs.tsx";
import { ReportForm } from "./report-form.tsx";

export function EquipmentPage({ id }: { readonly id: string }) {
  const { equipment: text } = useText();
  useTitle(text.one);
  return (
    <RecordGate repository={useClient().equipment} id={id}>
      {(shown) => <EquipmentView shown={shown} />}
    </RecordGate>
  );
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
