/** One appointment: when and with whom, how far it holds, attendance, moving and cancelling. SPEC AP-35. */
import { useState } from "react";
import { Link } from "wouter";

import { appointment, attendanceOrder, mayWrite } from "@suture/schema";
import { useClient, useGroup, type ShownRecord } from "@suture/client/react";

import { RecordGate } from "../app/record-gate.tsx";
import { useMe } from "../app/use-me.ts";
import { useSaveWords } from "../app/use-save-words.ts";
import { useTitle } from "../app/use-title.ts";
import { TimelineSection } from "../patients/timeline-section.tsx";
import { useNames } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { SafetyValue } from "../ui/safety-value.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { BookingTags } from "./booking-tags.tsx";
import { ChangeSlot } from "./change-slot.tsx";
import { SlotWords } from "./slot-words.tsx";
import { isChecked, participantsOf, slotsOf } from "./slot.ts";

export function AppointmentPage({ id }: { readonly id: string }) {
  const { appointments } = useText();
  useTitle(appointments.one);
  return (
    <RecordGate repository={useClient().appointments} id={id}>
      {(shown) => <OpenAppointment shown={shown} />}
    </RecordGate>
  );
}

function OpenAppointment({
  shown,
}: {
  readonly shown: ShownRecord<typeof appointment>;
}) {
  const { appointments, common } = useText();
  const { roles } = useMe();
  const names = useNames();
  const { record, snapshot, status } = shown;
  const reading = useGroup(record, "slot");
  const { description } = snapshot.fields;
  const patientIds = new Set(
    slotsOf(reading)
      .flatMap((slot) => participantsOf(slot, "patient"))
      .flatMap(({ recordId }) => (recordId === undefined ? [] : [recordId])),
  );
  const maySign = mayWrite(appointment, "attendance", roles);
  return (
    <>
      <h1>{appointments.one}</h1>
      <section className="card">
        <p>
          <StatusLabel status={status} />
        </p>
        <p className="tags">
          <BookingTags shown={shown} />
          {isChecked(record) && (
            <span className="tag tag-good">{appointments.checked}</span>
          )}
        </p>
        <SafetyValue
          reading={reading}
          recordId={record.id}
          group="slot"
          renderContent={(slot) => (
            <>
              <p className="row-block">
                {slot.period !== null &&
                  common.weekday(Date.parse(slot.period.start))}
                <SlotWords slot={slot} isOfPatient={false} />
              </p>
            </>
          )}
        />
        {description && <p>{description}</p>}
        <ul>
          {[...patientIds].map((id) => (
            <li key={id}>
              <Link href={`/patients/${id}`}>{names.record(id)}</Link>
            </li>
          ))}
        </ul>
      </section>
      {maySign && <Attendance shown={shown} />}
      {maySign && reading.status === "settled" && (
        <ChangeSlot shown={shown} slot={reading.content} />
      )}
      <TimelineSection record={record} type={appointment} />
    </>
  );
}

function Attendance({
  shown: { record, snapshot },
}: {
  readonly shown: ShownRecord<typeof appointment>;
}) {
  const { appointments } = useText();
  const wordsOf = useSaveWords();
  const [problem, setProblem] = useState<string | null>(null);
  const stands = snapshot.fields.attendance ?? "expected";
  const mark = async (word: (typeof attendanceOrder)[number]) => {
    const session = await record.edit();
    session.draft.attendance = word;
    const saved = await session.save();
    setProblem(saved.ok ? null : wordsOf(saved.error));
  };
  return (
    <section className="card no-print" aria-labelledby="attendance">
      <h2 id="attendance">{appointments.attendanceTitle}</h2>
      <div className="actions">
        {attendanceOrder.map((word) => (
          <Button
            key={word}
            look={word === stands ? "primary" : "plain"}
            aria-pressed={word === stands}
            onPress={() => void mark(word)}
          >
            {appointments.attendance[word]}
          </Button>
        ))}
      </div>
      {problem !== null && (
        <Notice tone="danger" isLive>
          {problem}
        </Notice>
      )}
    </section>
  );
}
