/** One appointment in a list: when, who, with whom, how far it holds. SPEC AP-32. */
import { useState } from "react";
import { Link } from "wouter";

import { appointment, mayWrite } from "@suture/schema";
import type { ShownRecord } from "@suture/client/react";

import { useMe } from "../app/use-me.ts";
import { useSaveWords } from "../app/use-save-words.ts";
import { useNames } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { BookingTags } from "./booking-tags.tsx";
import { SlotWords } from "./slot-words.tsx";
import { participantsOf, slotsOf } from "./slot.ts";

export function AppointmentRow({
  row,
  isOfPatient = false,
}: {
  readonly row: ShownRecord<typeof appointment>;
  /** Shown with the patient: who it is is known, the day is not. */
  readonly isOfPatient?: boolean;
}) {
  const { appointments } = useText();
  const { record, snapshot, status } = row;
  const { description, attendance } = snapshot.fields;
  return (
    <article className="appointment-row">
      <Link href={`/appointments/${record.id}`} className="row-link">
        {slotsOf(snapshot.group("slot")).map((slot, at) => (
          <span key={at} className="row-block">
            <SlotWords slot={slot} isOfPatient={isOfPatient} />
          </span>
        ))}
        {description && <span>{description}</span>}
        <span className="tags">
          {attendance !== undefined && attendance !== "expected" && (
            <span className="tag tag-good">
              {appointments.attendance[attendance]}
            </span>
          )}
          <BookingTags shown={row} />
        </span>
        <StatusLabel status={status} />
      </Link>
      {!isOfPatient && <ArrivedButton row={row} />}
    </article>
  );
}

function ArrivedButton({
  row: { record, snapshot },
}: {
  readonly row: ShownRecord<typeof appointment>;
}) {
  const { appointments } = useText();
  const { roles } = useMe();
  const names = useNames();
  const wordsOf = useSaveWords();
  const [problem, setProblem] = useState<string | null>(null);
  const { attendance } = snapshot.fields;
  const slots = slotsOf(snapshot.group("slot"));
  const isExpected =
    (attendance ?? "expected") === "expected" &&
    slots.some(({ status }) => status === "booked");
  if (!isExpected || !mayWrite(appointment, "attendance", roles)) return null;
  const who = slots
    .flatMap((slot) => participantsOf(slot, "patient"))
    .map(({ recordId, display }) =>
      recordId === undefined ? (display ?? "") : names.record(recordId),
    )[0];
  const arrive = async () => {
    const session = await record.edit();
    session.draft.attendance = "arrived";
    const saved = await session.save();
    setProblem(saved.ok ? null : wordsOf(saved.error));
  };
  return (
    <>
      <Button
        className="no-print"
        aria-label={appointments.markArrivedOf(who ?? "")}
        onPress={() => void arrive()}
      >
        {appointments.markArrived}
      </Button>
      {problem !== null && (
        <Notice tone="danger" isLive>
          {problem}
        </Notice>
      )}
    </>
  );
}
