import { appointment, mayCreate, type RecordId } from "@suture/schema";
import { useClient, useRecordList } from "@suture/client/react";

import { useMe } from "../app/use-me.ts";
import { AppointmentRow } from "../appointments/appointment-row.tsx";
import { startMsOf } from "../appointments/slot.ts";
import { useText } from "../text/use-text.ts";
import { ButtonLink } from "../ui/button.tsx";
import { MayHaveMore } from "../ui/may-have-more.tsx";

/** Appointments of one patient that this device holds, the latest first. */
export function PatientAppointments({
  patientId,
}: {
  readonly patientId: RecordId;
}) {
  const { patients } = useText();
  const { roles } = useMe();
  const list = useRecordList(useClient().appointments, {
    matching: patientId,
    limit: 50,
  });
  const { rows } = list;
  const latestFirst = rows.toSorted(
    (left, right) => startMsOf(right.snapshot) - startMsOf(left.snapshot),
  );
  return (
    <section aria-labelledby="patient-appointments" className="card">
      <h2 id="patient-appointments">{patients.sections.appointments}</h2>
      {rows.length === 0 && <p className="muted">{patients.noAppointments}</p>}
      <ul className="cards">
        {latestFirst.map((row) => (
          <li key={row.record.id}>
            <AppointmentRow row={row} isOfPatient />
          </li>
        ))}
      </ul>
      <MayHaveMore list={list} />
      {mayCreate(appointment, roles) && (
        <div className="actions no-print">
          <ButtonLink to={`/appointments/new?patient=${patientId}`}>
            {patients.book}
          </ButtonLink>
        </div>
      )}
    </section>
  );
}
