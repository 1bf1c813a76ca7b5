/**
 * FHIR Encounter as an appointment that took place. One that names an appointment of the same patient adds to that; any other becomes
 * the record that an appointment would have been. Its own period and class stay beside the slot.
 */
import type { RecordId } from "../../ids.ts";
import { appointment, attendanceOrder } from "../../records/appointment.ts";
import { encounterSchema } from "../encounter.ts";
import { actorOf, firstTeam } from "./appointment-actors.ts";
import {
  intervalOf,
  putSlot,
  type Attendance,
  type Standing,
} from "./appointment-slot.ts";
import {
  groupEntries,
  putEntry,
  putField,
  type OpenDraft,
} from "./draft-book.ts";
import { isJsonObject, textOf } from "./fhir-json.ts";
import { fallbackTeamId, teamIdOf } from "./map-teams.ts";
import {
  followToResource,
  identityOf,
  listOf,
  recordIdFor,
  subjectDraft,
  warnDropped,
  type Item,
  type Mapping,
} from "./mapping.ts";
import { putConcepts, putRecordStatus } from "./shared-pieces.ts";
import { take, type Dropped } from "./take.ts";

const standings: ReadonlyMap<string, Standing> = new Map([
  ["planned", { slot: "booked", attendance: "expected" }],
  ["arrived", { slot: "booked", attendance: "arrived" }],
  ["triaged", { slot: "booked", attendance: "arrived" }],
  ["in-progress", { slot: "booked", attendance: "checked-in" }],
  ["onleave", { slot: "booked", attendance: "checked-in" }],
  ["finished", { slot: "booked", attendance: "fulfilled" }],
  ["cancelled", { slot: "cancelled", attendance: "expected" }],
  ["unknown", { slot: "proposed", attendance: "expected" }],
  ["entered-in-error", { slot: "cancelled", attendance: "expected" }],
]);

export function mapEncounters(mapping: Mapping): void {
  for (const item of mapping.itemsOf("Encounter")) mapEncounter(mapping, item);
}

function mapEncounter(mapping: Mapping, item: Item): void {
  const { json } = item.resource;
  const subject = subjectDraft(mapping, item, "subject");
  if (subject === null) return;
  const standing = standings.get(textOf(json["status"]) ?? "");
  if (standing === undefined)
    return mapping.failed(item, "invalid-element", "status");
  const dropped: Dropped = [];
  const encounter = take(
    encounterSchema,
    { ...json, type: listOf(json["type"]), reference: item.resource.name },
    "Encounter",
    dropped,
  );
  if (encounter === undefined)
    return mapping.failed(item, "invalid-element", dropped[0]);

  const planned = plannedOf(mapping, item, subject.recordId);
  const draft = planned ?? encounterDraft(mapping, item, standing);
  if (planned !== null)
    putField(
      draft,
      "attendance",
      furthest(planned, standing.attendance),
      item.index,
    );
  putEntry(
    draft,
    "encounter",
    encounter,
    item.index,
    identityOf(item.resource),
  );
  putConcepts(draft, "reasonCode", item, "reasonCode", dropped);
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
}

/** An encounter without an appointment: the record that an appointment would have been. */
function encounterDraft(
  mapping: Mapping,
  item: Item,
  standing: Standing,
): OpenDraft {
  const { json } = item.resource;
  const actor = (element: string, reference: unknown) => {
    const found = actorOf(mapping, item, element, reference);
    return found === null
      ? []
      : [
          {
            ...found,
            participant: { ...found.participant, status: "accepted" },
          },
        ];
  };
  const participants = [
    ...actor("subject", json["subject"]),
    ...listOf(json["participant"])
      .filter(isJsonObject)
      .flatMap(({ individual }) => actor("participant", individual)),
    ...listOf(json["location"])
      .filter(isJsonObject)
      .flatMap(({ location }) => actor("location", location)),
  ];
  const provider = followToResource(mapping, item, "serviceProvider", [
    "Organization",
  ]);
  const teamId =
    (provider === null ? null : teamIdOf(mapping, provider)) ??
    firstTeam(participants) ??
    fallbackTeamId(mapping, item);
  const draft = mapping.book.open(
    appointment,
    recordIdFor(mapping, "appointment", item.resource),
    teamId,
  );
  const { period } = json;
  const interval = isJsonObject(period)
    ? intervalOf(period["start"], period["end"])
    : null;
  putSlot(mapping, draft, item, standing, interval, participants);
  putRecordStatus(draft, item);
  return draft;
}

/** The appointment that an encounter fulfils, where it is of the same patient. */
function plannedOf(
  mapping: Mapping,
  item: Item,
  patientId: RecordId,
): OpenDraft | null {
  for (const reference of listOf(item.resource.json["appointment"])) {
    const found = followToResource(
      mapping,
      item,
      "appointment",
      ["Appointment"],
      reference,
    );
    const draft =
      found === null
        ? undefined
        : mapping.book.get(recordIdFor(mapping, "appointment", found));
    if (draft === undefined) continue;
    const isOfPatient = Object.values(
      groupEntries(draft, "slot", "participants"),
    ).some(
      (participant) =>
        isJsonObject(participant) && participant["recordId"] === patientId,
    );
    if (isOfPatient) return draft;
  }
  return null;
}

function furthest(draft: OpenDraft, attendance: Attendance): Attendance {
  const standing =
    attendanceOrder.find((word) => word === draft.fields["attendance"]) ??
    "expected";
  return attendanceOrder.indexOf(standing) > attendanceOrder.indexOf(attendance)
    ? standing
    : attendance;
}
