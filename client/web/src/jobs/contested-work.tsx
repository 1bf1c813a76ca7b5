/**
 * What was done, while it is contested: every version, marked. It is no reason to stop writing down what is being done: whoever may
 * sign goes on with one version, and the conflict stays open. SPEC AP-54.
 */
import { useState } from "react";

import { maySign, serviceJob, type OpId } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { MemberName } from "../ui/member-name.tsx";
import { SafetyValue } from "../ui/safety-value.tsx";
import type { JobRecord, ServiceReading } from "./job-actions.tsx";
import { PartsSection } from "./parts-section.tsx";
import { SafetyTestSection } from "./safety-test-section.tsx";
import { WorkLines } from "./work-lines.tsx";

export function ContestedWork({
  record,
  reading,
}: {
  readonly record: JobRecord;
  readonly reading: Extract<ServiceReading, { readonly status: "conflict" }>;
}) {
  const { jobs } = useText();
  const { roles } = useMe();
  const [chosen, setChosen] = useState<OpId | null>(null);
  const mayGoOn = maySign(serviceJob.groups.service, [], roles);
  const version = reading.candidates.find(({ opId }) => opId === chosen);
  return (
    <section className="job-section" aria-labelledby="work">
      <h2 id="work">{jobs.workTitle}</h2>
      <SafetyValue
        reading={reading}
        recordId={record.id}
        group="service"
        renderContent={(content) => <WorkLines content={content} />}
        renderSafe={() => <p>{jobs.contestedLead}</p>}
      />
      {mayGoOn && version === undefined && (
        <ul className="versions" aria-label={jobs.goOnWith}>
          {reading.candidates.map(({ opId, attribution }) => (
            <li key={opId}>
              <Button onPress={() => setChosen(opId)}>
                <span>
                  {jobs.goOnWith} <MemberName memberId={attribution.memberId} />
                </span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {mayGoOn && version !== undefined && (
        <div className="version-open">
          <p>
            <strong>
              {jobs.goingOnWith}{" "}
              <MemberName memberId={version.attribution.memberId} />
            </strong>
          </p>
          <p className="muted">{jobs.staysContested}</p>
          <PartsSection
            record={record}
            reading={{
              status: "settled",
              content: version.content,
              signatures: [version],
            }}
            version={version.opId}
          />
          <SafetyTestSection
            record={record}
            reading={{
              status: "settled",
              content: version.content,
              signatures: [version],
            }}
            version={version.opId}
          />
          <div className="actions">
            <Button look="quiet" onPress={() => setChosen(null)}>
              {jobs.leaveVersion}
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}
