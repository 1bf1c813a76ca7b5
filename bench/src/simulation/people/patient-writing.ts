import type { patient } from "@suture/schema";

import { entryOf, type WayToWrite } from "./way-to-write.ts";

const genders = ["male", "female", "other", "unknown"] as const;
const pregnancies = [
  "pregnant",
  "possible",
  "unknown",
  "not-pregnant",
] as const;
const maritalStatuses = ["D", "M", "S", "W", "UNK"] as const;

/** What is written in a patient's chart. */
export const patientWriting: readonly WayToWrite<typeof patient>[] = [
  {
    target: "telecom",
    weight: 3,
    write({ telecom }, pen) {
      const ids = Object.keys(telecom.entries);
      const again = ids.length > 0 && pen.random.happens(0.6);
      const value = `+263 77 ${pen.number()}`;
      const entry = { status: "active", system: "phone", value } as const;
      const entryId = again
        ? telecom.set(entry, pen.random.pick(ids))
        : telecom.set(entry);
      return entryOf("telecom", telecom, entryId);
    },
  },
  {
    target: "notes",
    weight: 2,
    write({ notes }, pen) {
      const text = pen.unique("Slept well");
      return entryOf("notes", notes, notes.set({ status: "active", text }));
    },
  },
  {
    target: "maritalStatus",
    weight: 1,
    write(draft, pen) {
      const value = pen.random.pick(
        maritalStatuses.filter((status) => status !== draft.maritalStatus),
      );
      draft.maritalStatus = value;
      return { kind: "scalar", field: "maritalStatus", value };
    },
  },
  {
    target: "measurements",
    weight: 2,
    write({ measurements }, pen) {
      const entryId = measurements.set({
        status: "final",
        code: { text: "weight" },
        value: { value: `${pen.number()}.5`, unit: "kg" },
      });
      return entryOf("measurements", measurements, entryId);
    },
  },
  {
    target: "prescribing",
    weight: 5,
    write({ prescribing: { medications } }, pen) {
      medications.add({
        status: "active",
        code: { text: pen.unique("Amoxicillin") },
        dosage: [{ text: "500 mg" }],
        source: { kind: "request", intent: "order" },
      });
      return "group";
    },
  },
  {
    target: "prescribing",
    weight: 4,
    write({ prescribing: { medications } }, pen) {
      const entries = Object.entries(medications.entries);
      if (entries.length === 0) return null;
      const [entryId, medication] = pen.random.pick(entries);
      if (pen.random.happens(0.3))
        medications.end(entryId, { ...medication, status: "stopped" });
      else
        medications.update(entryId, {
          ...medication,
          dosage: [{ text: `${pen.number()} mg` }],
        });
      return "group";
    },
  },
  {
    target: "prescribing",
    weight: 4,
    write({ prescribing: { allergies } }, pen) {
      allergies.add({
        clinicalStatus: "active",
        verificationStatus: "confirmed",
        code: { text: pen.unique("Latex") },
      });
      return "group";
    },
  },
  {
    target: "prescribing",
    weight: 2,
    write({ prescribing: { allergies } }, pen) {
      const entries = Object.entries(allergies.entries);
      if (entries.length === 0) return null;
      const [entryId, allergy] = pen.random.pick(entries);
      if (pen.random.happens(0.4))
        allergies.end(entryId, { ...allergy, clinicalStatus: "resolved" });
      else
        allergies.update(entryId, {
          ...allergy,
          note: pen.unique("Seen again"),
        });
      return "group";
    },
  },
  {
    target: "prescribing",
    weight: 2,
    write({ prescribing: { problems } }, pen) {
      problems.add({
        clinicalStatus: "active",
        code: { text: pen.unique("Asthma") },
      });
      return "group";
    },
  },
  {
    target: "prescribing",
    weight: 2,
    write({ prescribing }, pen) {
      prescribing.pregnancy = {
        status: pen.random.pick(pregnancies),
        estimatedDueDate: pen.date(),
      };
      return "group";
    },
  },
  {
    target: "identity",
    weight: 3,
    write({ identity }, pen) {
      identity.name = [{ text: pen.unique("T. Ncube") }];
      return "group";
    },
  },
  {
    target: "identity",
    weight: 2,
    write({ identity }, pen) {
      if (pen.random.happens(0.5)) identity.birthDate = pen.date();
      else {
        const { gender } = identity;
        identity.gender = pen.random.pick(
          genders.filter((other) => other !== gender),
        );
      }
      return "group";
    },
  },
  {
    target: "identity",
    weight: 2,
    write({ identity: { identifiers } }, pen) {
      identifiers.add({ status: "active", value: pen.unique("ID") });
      return "group";
    },
  },
  {
    target: "recordStatus",
    weight: 0.5,
    write({ recordStatus }) {
      recordStatus.status =
        recordStatus.status === "active" ? "entered-in-error" : "active";
      return "group";
    },
  },
];
