/** One patient: banner and allergies always in view, chart, notes, details, appointments, timeline. SPEC AP-24 to AP-28. */
import { patient } from "@suture/schema";
import { useClient, type ShownRecord } from "@suture/client/react";

import { RecordGate } from "../app/record-gate.tsx";
import { useNow } from "../app/use-now.ts";
import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { ChartSection } from "./chart-section.tsx";
import { DetailsSection } from "./details-section.tsx";
import { NotesSection } from "./notes-section.tsx";
import { PatientAppointments } from "./patient-appointments.tsx";
import { PatientBanner } from "./patient-banner.tsx";
import { TimelineSection } from "./timeline-section.tsx";

export function PatientPage({ id }: { readonly id: string }) {
  const { patients } = useText();
  useTitle(patients.one);
  return (
    <RecordGate repository={useClient().patients} id={id}>
      {(shown) => <OpenPatient shown={shown} />}
    </RecordGate>
  );
}

function OpenPatient({
  shown,
}: {
  readonly shown: ShownRecord<typeof patient>;
}) {
  const nowMs = useNow();
  return (
    <>
      <PatientBanner shown={shown} nowMs={nowMs} />
      <div className="patient-columns">
        <div>
          <ChartSection record={shown.record} />
          <NotesSection shown={shown} />
        </div>
        <div>
          <PatientAppointments patientId={shown.record.id} />
          <DetailsSection shown={shown} />
        </div>
      </div>
      <TimelineSection record={shown.record} type={patient} />
    </>
  );
}
