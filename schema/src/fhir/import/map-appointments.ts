/** FHIR Appointment, split into the slot and what became of it (`records/appointment.ts` has the table). */
import { appointment } from "../../records/appointment.ts";
import { longTextSchema } from "../bounded-text.ts";
import { participationStatusSchema } from "../participant.ts";
import { actorOf, firstTeam } from "./appointment-actors.ts";
import { intervalOf, putSlot, type Standing } from "./appointment-slot.ts";
import { putEntry, putField } from "./draft-book.ts";
import { isJsonObject, textOf } from "./fhir-json.ts";
import { fallbackTeamId } from "./map-teams.ts";
import {
  listOf,
  recordIdFor,
  warnDropped,
  type Item,
  type Mapping,
} from "./mapping.ts";
import { putConcepts, putRecordStatus } from "./shared-pieces.ts";
import { take, type Dropped } from "./take.ts";

const standings: ReadonlyMap<string, Standing> = new Map([
  ["proposed", { slot: "proposed", attendance: "expected" }],
  ["pending", { slot: "proposed", attendance: "expected" }],
  ["waitlist", { slot: "proposed", attendance: "expected" }],
  ["booked", { slot: "booked", attendance: "expected" }],
  ["arrived", { slot: "booked", attendance: "arrived" }],
  ["checked-in", { slot: "booked", attendance: "checked-in" }],
  ["fulfilled", { slot: "booked", attendance: "fulfilled" }],
  ["noshow", { slot: "booked", attendance: "noshow" }],
  ["cancelled", { slot: "cancelled", attendance: "expected" }],
  ["entered-in-error", { slot: "cancelled", attendance: "expected" }],
]);

export function mapAppointments(mapping: Mapping): void {
  for (const item of mapping.itemsOf("Appointment"))
    mapAppointment(mapping, item);
}

function mapAppointment(mapping: Mapping, item: Item): void {
  const { json } = item.resource;
  const standing = standings.get(textOf(json["status"]) ?? "");
  if (standing === undefined)
    return mapping.failed(item, "invalid-element", "status");
  const dropped: Dropped = [];
  const participants = listOf(json["participant"]).flatMap((participant) => {
    if (!isJsonObject(participant)) return [];
    const actor = actorOf(mapping, item, "participant", participant["actor"]);
    if (actor === null) return [];
    const status = take(
      participationStatusSchema,
      participant["status"],
      "participant.status",
      dropped,
    );
    const required = textOf(participant["required"]) ?? undefined;
    return [
      {
        ...actor,
        participant: {
          ...actor.participant,
          status: status ?? "needs-action",
          required,
        },
      },
    ];
  });
  const teamId = firstTeam(participants) ?? fallbackTeamId(mapping, item);
  const draft = mapping.book.open(
    appointment,
    recordIdFor(mapping, "appointment", item.resource),
    teamId,
  );
  putSlot(
    mapping,
    draft,
    item,
    standing,
    intervalOf(json["start"], json["end"]),
    participants,
  );
  putField(
    draft,
    "description",
    take(longTextSchema, json["description"], "description", dropped),
    item.index,
  );
  putConcepts(draft, "serviceType", item, "serviceType", dropped);
  putConcepts(draft, "reasonCode", item, "reasonCode", dropped);
  for (const element of ["comment", "patientInstruction"]) {
    const text = textOf(json[element]);
    if (
      text !== null &&
      !putEntry(draft, "notes", { status: "active", text }, item.index)
    )
      dropped.push(element);
  }
  putRecordStatus(draft, item);
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
}
