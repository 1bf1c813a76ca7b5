import { describe, expect, test } from "vitest";

import {
  subject,
  patient,
  clinic,
  plan,
  only,
  entriesOf,
} from "./small-import.contract.ts";

describe("appointments and encounters", () => {
  const doctor = {
    resourceType: "Practitioner",
    id: "d",
    name: [{ text: "Dr. Ncube" }],
  };
  const room = {
    resourceType: "Location",
    id: "1",
    name: "Room 1",
    managingOrganization: { reference: "Organization/c" },
  };
  const appointment = {
    resourceType: "Appointment",
    id: "ap",
    status: "booked",
    start: "2024-03-01T11:00:00+02:00",
    end: "2024-03-01T11:15:00+02:00",
    participant: [
      { actor: subject, status: "accepted" },
      {
        actor: { reference: "Practitioner/d" },
        status: "tentative",
        required: "required",
      },
      { actor: { reference: "Location/1" }, status: "accepted" },
      {
        actor: { reference: "Practitioner/gone", display: "Dr. Gone" },
        status: "accepted",
      },
      { actor: { reference: "Practitioner/lost" }, status: "accepted" },
    ],
  };
  const encounter = {
    resourceType: "Encounter",
    id: "e",
    status: "finished",
    class: { code: "AMB" },
    subject,
    period: { start: "2024-03-01T09:00:00Z", end: "2024-03-01T09:20:00Z" },
    serviceProvider: { reference: "Organization/c" },
  };

  test("[IM-1] an appointment is booked in the team of its room, in UTC, with whom it could find", () => {
    const result = plan(appointment, room, doctor, patient, clinic);
    const draft = only("appointment", result);
    expect(draft.parentId).toBe(only("team", result).recordId);
    expect(draft.groups["slot"]).toMatchObject({
      status: "booked",
      period: {
        start: "2024-03-01T09:00:00.000Z",
        end: "2024-03-01T09:15:00.000Z",
      },
    });
    expect(entriesOf(draft, "slot", "participants")).toEqual([
      {
        kind: "patient",
        recordId: only("patient", result).recordId,
        status: "accepted",
      },
      {
        kind: "practitioner",
        recordId: only("member", result).recordId,
        status: "tentative",
        required: "required",
      },
      expect.objectContaining({ kind: "location", teamId: draft.parentId }),
      { kind: "practitioner", display: "Dr. Gone", status: "accepted" },
    ]);
    expect(
      result.warnings.filter(({ code }) => code === "unresolved-reference"),
    ).toHaveLength(2);
  });

  test("[IM-1] an encounter is an appointment that was fulfilled", () => {
    const draft = only("appointment", plan(encounter, patient, clinic));
    expect(draft.fields["attendance"]).toBe("fulfilled");
    expect(draft.groups["slot"]).toMatchObject({ status: "booked" });
    expect(Object.values(draft.entries["encounter"] ?? {})).toMatchObject([
      { status: "finished", class: { code: "AMB" } },
    ]);
  });

  test("[IM-1] days are no hours: the slot stays unbooked and the encounter says what is known", () => {
    const period = { start: "2013-03-11", end: "2013-03-20" };
    const draft = only(
      "appointment",
      plan({ ...encounter, period }, patient, clinic),
    );
    expect(draft.groups["slot"]).toMatchObject({
      status: "proposed",
      period: null,
    });
    expect(Object.values(draft.entries["encounter"] ?? {})).toMatchObject([
      { period },
    ]);
  });

  test("[IM-1] an encounter adds to its appointment, unless that is another patient's", () => {
    const fulfilled = {
      ...encounter,
      appointment: [{ reference: "Appointment/ap" }],
    };
    const draft = only(
      "appointment",
      plan(appointment, fulfilled, patient, clinic),
    );
    expect(draft.fields["attendance"]).toBe("fulfilled");
    const other = { ...fulfilled, subject: { reference: "Patient/q" } };
    const result = plan(
      appointment,
      other,
      patient,
      { ...patient, id: "q" },
      clinic,
    );
    expect(
      result.drafts.filter(({ type }) => type === "appointment"),
    ).toHaveLength(2);
  });

  test("[IM-1] what names no team goes to one team for all of them, made only then", () => {
    const result = plan(
      { ...encounter, serviceProvider: undefined },
      { ...encounter, id: "f", serviceProvider: undefined },
      patient,
    );
    expect(only("team", result).fields["name"]).toBe("Imported without a team");
    expect(
      plan(encounter, patient, clinic).drafts.filter(
        ({ type }) => type === "team",
      ),
    ).toHaveLength(1);
  });
});
