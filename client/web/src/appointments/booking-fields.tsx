import { useState } from "react";

import { useClient, useRecordList } from "@suture/client/react";

import { useNow } from "../app/use-now.ts";
import { PatientRowWords } from "../patients/patient-row.tsx";
import { useFoundPatients } from "../patients/use-found-patients.ts";
import { useNames } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { TextField } from "../ui/text-field.tsx";
import type { Booking, BookingProblems } from "./booking.ts";
import { useClinics } from "./clinics.ts";

interface FieldsProps {
  readonly value: Booking;
  /** Null while nothing is to be said of them yet. */
  readonly problems: BookingProblems | null;
  readonly onChange: (part: Partial<Booking>) => void;
}

const lengths = [10, 15, 20, 30, 45, 60, 90, 120];

export function BookingFields({ value, problems, onChange }: FieldsProps) {
  const { appointments } = useText();
  const { own } = useClinics();
  const people = useCarers(value.teamId);
  const clinic = own.find(({ id }) => id === value.teamId);
  const rooms = Object.entries(clinic?.shown.snapshot.fields.locations ?? {})
    .filter(([, { status }]) => status === "active")
    .map(([id, { name }]) => ({ value: `${value.teamId}/${id}`, label: name }));
  const needed = appointments.needed;
  return (
    <>
      <PatientChoice value={value} problems={problems} onChange={onChange} />
      <SelectField
        label={appointments.clinic}
        value={value.teamId}
        placeholder={appointments.choose}
        choices={own.map(({ id, name }) => ({ value: id, label: name }))}
        error={problems?.teamId === true ? needed : undefined}
        onChange={(teamId) =>
          onChange({ teamId, memberId: "", room: "", roomName: "" })
        }
      />
      <div className="form-row">
        <TextField
          label={appointments.date}
          type="date"
          value={value.date}
          onChange={(date) => onChange({ date })}
        />
        <TextField
          label={appointments.start}
          type="time"
          value={value.start}
          error={problems?.time === true ? needed : undefined}
          onChange={(start) => onChange({ start })}
        />
        <SelectField
          label={appointments.minutes}
          value={value.minutes}
          choices={lengths.map((minutes) => ({
            value: String(minutes),
            label: appointments.minutesOf(minutes),
          }))}
          onChange={(minutes) => onChange({ minutes })}
        />
      </div>
      <SelectField
        label={appointments.with}
        value={value.memberId}
        choices={[{ value: "", label: appointments.nobody }, ...people]}
        onChange={(memberId) => onChange({ memberId })}
      />
      {rooms.length > 0 && (
        <SelectField
          label={appointments.where}
          value={value.room}
          choices={[{ value: "", label: appointments.anyRoom }, ...rooms]}
          onChange={(room) =>
            onChange({
              room,
              roomName: rooms.find((one) => one.value === room)?.label ?? "",
            })
          }
        />
      )}
      <TextField
        label={appointments.what}
        value={value.what}
        onChange={(what) => onChange({ what })}
      />
    </>
  );
}

/** Who can be booked in a clinic: its clinicians. While somebody's rights are in conflict, all of the versions count here. */
function useCarers(teamId: string) {
  const { rows } = useRecordList(useClient().members, { limit: 1_000 });
  return rows.flatMap(({ record, snapshot }) => {
    const reading = snapshot.group("membership");
    const versions =
      reading.status === "settled"
        ? [reading.content]
        : reading.candidates.map(({ content }) => content);
    const isCarer = versions.some(
      ({ active, roles, teams }) =>
        active &&
        roles.includes("clinician") &&
        (teamId === "" || teams.some((id) => id === teamId)),
    );
    return isCarer
      ? [{ value: record.id, label: snapshot.fields.displayName ?? "" }]
      : [];
  });
}

function PatientChoice({ value, problems, onChange }: FieldsProps) {
  const { appointments, patients } = useText();
  const names = useNames();
  const nowMs = useNow();
  const [typed, setTyped] = useState("");
  const { rows, isLoading } = useFoundPatients(typed);
  if (value.patientId !== "")
    return (
      <div className="chosen">
        <p>
          {appointments.chosenPatient}:{" "}
          <strong>{names.record(value.patientId)}</strong>
        </p>
        <Button onPress={() => onChange({ patientId: "" })}>
          {appointments.otherPatient}
        </Button>
      </div>
    );
  return (
    <div>
      <TextField
        label={appointments.choosePatient}
        hint={patients.searchHint}
        type="search"
        value={typed}
        error={problems?.patientId === true ? appointments.needed : undefined}
        onChange={setTyped}
      />
      {typed !== "" && rows.length === 0 && !isLoading && (
        <p className="hint" role="status">
          {patients.noMatch}
        </p>
      )}
      {typed !== "" && (
        <ul className="choices">
          {rows.slice(0, 8).map((row) => (
            <li key={row.record.id}>
              <Button
                className="choice"
                onPress={() => onChange({ patientId: row.record.id })}
              >
                <PatientRowWords row={row} nowMs={nowMs} />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
