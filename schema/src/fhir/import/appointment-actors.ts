/**
 * Who and what takes part in an appointment: a reference to the record it became, else to its name. PractitionerRoles stand for their
 * practitioners.
 */
import type { RecordId } from "../../ids.ts";
import { shortTextSchema } from "../bounded-text.ts";
import { isJsonObject, textOf, type JsonObject } from "./fhir-json.ts";
import type { SourceResource } from "./fhir-source.ts";
import { equipmentIdOf } from "./map-equipment.ts";
import { patientIdOf } from "./map-patients.ts";
import { memberIdOf, teamsOfMember } from "./map-people.ts";
import { placeOf } from "./map-teams.ts";
import {
  displayOf,
  followToResource,
  type Item,
  type Mapping,
} from "./mapping.ts";
import { take } from "./take.ts";

/** Somebody or something that takes part, found as far as the references go. */
export interface Actor {
  readonly participant: Readonly<Record<string, string | undefined>>;
  /** The teams it speaks for. */
  readonly teams: readonly RecordId[];
}

const participantTypes = [
  "Patient",
  "Practitioner",
  "Location",
  "Device",
  "PractitionerRole",
] as const;

/** Null where there is neither a record nor a name. */
export function actorOf(
  mapping: Mapping,
  item: Item,
  element: string,
  reference: unknown,
): Actor | null {
  if (!isJsonObject(reference)) return null;
  const found = followToResource(
    mapping,
    item,
    element,
    participantTypes,
    reference,
  );
  const display = take(shortTextSchema, displayOf(reference), element, []);
  const known = found === null ? null : recordOf(mapping, found);
  if (known !== null)
    return {
      teams: known.teams,
      participant: { ...known.participant, display },
    };
  if (display === undefined) return null;
  return { teams: [], participant: { kind: kindOf(reference), display } };
}

function recordOf(mapping: Mapping, found: SourceResource): Actor | null {
  switch (found.resourceType) {
    case "Patient":
      return actor("patient", patientIdOf(mapping, found), []);
    case "Practitioner": {
      const memberId = memberIdOf(mapping, found);
      return memberId === null
        ? null
        : actor("practitioner", memberId, teamsOfMember(mapping, memberId));
    }
    case "Device":
      return actor("equipment", equipmentIdOf(mapping, found), []);
    case "Location": {
      const place = placeOf(mapping, found);
      return place === null
        ? null
        : {
            teams: [place.teamId],
            participant: { kind: "location", ...place },
          };
    }
    case "PractitionerRole": {
      const person = mapping.references.resolve(
        found,
        found.json["practitioner"],
        ["Practitioner"],
      );
      return person.kind === "resource"
        ? recordOf(mapping, person.resource)
        : null;
    }
    default:
      return null;
  }
}

function actor(
  kind: string,
  recordId: RecordId | null,
  teams: readonly RecordId[],
): Actor | null {
  return recordId === null ? null : { teams, participant: { kind, recordId } };
}

/** What a reference that leads nowhere was meant to lead to; people and things that only have a name count as places. */
function kindOf(reference: JsonObject): string {
  const type =
    /^(?:.*\/)?([A-Z][A-Za-z]+)[/?]/.exec(
      textOf(reference["reference"]) ?? "",
    )?.[1] ?? textOf(reference["type"]);
  switch (type) {
    case "Patient":
      return "patient";
    case "Practitioner":
    case "PractitionerRole":
      return "practitioner";
    case "Device":
      return "equipment";
    default:
      return "location";
  }
}

/** Who takes part, not how: an answer changes, and the entry is the same. */
export function identityOfActor({
  kind,
  recordId,
  locationId,
  display,
}: Actor["participant"]): string {
  return `${kind} ${recordId ?? locationId ?? display}`;
}

/** Rooms belong to one team and people may belong to several, so a room decides. */
export function firstTeam(
  participants: readonly Actor[],
): RecordId | undefined {
  const inPlace = participants.find(
    ({ participant }) => participant["teamId"] !== undefined,
  );
  return inPlace?.teams[0] ?? participants.flatMap(({ teams }) => teams)[0];
}
