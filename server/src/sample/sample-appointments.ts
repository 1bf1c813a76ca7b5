/** A day's appointments, by minutes from the half hour in which the server first started. */
import type { SamplePersonKey } from "./sample-people.ts";

export interface SampleAppointment {
  readonly team: "north" | "south";
  /** Position in `samplePatients`. */
  readonly patient: number;
  readonly with: SamplePersonKey;
  readonly startMinutes: number;
  readonly minutes: number;
  readonly what: string;
}

/** The last two want the same clinician at the same time, in two clinics: a double booking to be settled. */
export const sampleAppointments: readonly SampleAppointment[] = [
  {
    team: "north",
    patient: 0,
    with: "clinician",
    startMinutes: 0,
    minutes: 30,
    what: "Diabetes review",
  },
  {
    team: "north",
    patient: 1,
    with: "clinician",
    startMinutes: 30,
    minutes: 30,
    what: "Asthma check",
  },
  {
    team: "north",
    patient: 3,
    with: "clinician",
    startMinutes: 60,
    minutes: 20,
    what: "Blood test results",
  },
  {
    team: "south",
    patient: 6,
    with: "clinician-south",
    startMinutes: 0,
    minutes: 30,
    what: "Antenatal visit",
  },
  {
    team: "south",
    patient: 11,
    with: "clinician-south",
    startMinutes: 45,
    minutes: 30,
    what: "Heart failure review",
  },
  {
    team: "north",
    patient: 7,
    with: "clinician",
    startMinutes: 120,
    minutes: 30,
    what: "Reflux follow-up",
  },
  {
    team: "south",
    patient: 9,
    with: "clinician",
    startMinutes: 135,
    minutes: 30,
    what: "Thyroid review",
  },
];
