/** What people in the stories write down, in the words of the record types. */
import type { CreateInput } from "@suture/client";
import type {
  AddressEntry,
  Allergy,
  appointment,
  ContactPointEntry,
  Medication,
  PartReplaced,
  patient,
  RecordId,
} from "@suture/schema";
import { randomUUID } from "node:crypto";

/** Somebody who is registered: name and birth date. */
export function person(
  given: string,
  family: string,
  birthDate: string,
): NonNullable<CreateInput<typeof patient>["groups"]> {
  return {
    identity: {
      name: [{ use: "official", given: [given], family }],
      birthDate,
    },
  };
}

/** Somebody booked with a practitioner for half an hour. */
export function booking(
  patientId: RecordId,
  practitionerId: RecordId,
  startMs: number,
): NonNullable<CreateInput<typeof appointment>["groups"]> {
  const end = startMs + 30 * 60_000;
  return {
    slot: {
      status: "booked",
      period: {
        start: new Date(startMs).toISOString(),
        end: new Date(end).toISOString(),
      },
      participants: {
        [newEntryId()]: {
          kind: "patient",
          recordId: patientId,
          status: "accepted",
        },
        [newEntryId()]: {
          kind: "practitioner",
          recordId: practitionerId,
          status: "accepted",
        },
      },
    },
  };
}

export function medication(name: string, dose: string): Medication {
  return {
    status: "active",
    code: { text: name },
    dosage: [{ text: dose }],
    source: { kind: "request", intent: "order" },
  };
}

export function allergyTo(substance: string): Allergy {
  return {
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    category: ["medication"],
    code: { text: substance },
  };
}

export function part(name: string, quantity: number): PartReplaced {
  return { kind: "part", status: "active", code: { text: name }, quantity };
}

export function phone(value: string): ContactPointEntry {
  return { status: "active", system: "phone", use: "mobile", value };
}

export function home(line: string): AddressEntry {
  return {
    status: "active",
    use: "home",
    line: [line],
    city: "Harare",
  };
}

/** Ten o'clock UTC in so many days. */
export function tenOClock(inDays: number): number {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + inDays);
  return day.setUTCHours(10, 0, 0, 0);
}

export function newEntryId(): string {
  return randomUUID();
}
