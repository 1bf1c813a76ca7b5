/** FHIR Device to equipment. A device that is `inactive` is no longer available for use, so it comes out of service. */
import type { RecordId } from "../../ids.ts";
import { equipment } from "../../records/equipment.ts";
import { shortTextSchema } from "../bounded-text.ts";
import { dateTimeSchema } from "../date-time.ts";
import { deviceStatusSchema, udiCarrierSchema } from "../device.ts";
import {
  putEntry,
  putField,
  putGroupValue,
  type OpenDraft,
} from "./draft-book.ts";
import { isJsonObject, textOf, type JsonObject } from "./fhir-json.ts";
import type { SourceResource } from "./fhir-source.ts";
import { patientIdOf } from "./map-patients.ts";
import { placeOf, teamIdOf } from "./map-teams.ts";
import {
  displayOf,
  followToResource,
  listOf,
  recordIdFor,
  warnDropped,
  type Item,
  type Mapping,
} from "./mapping.ts";
import {
  putConcepts,
  putIdentifiers,
  putNotes,
  putRecordStatus,
} from "./shared-pieces.ts";
import { take, takeEach, type Dropped } from "./take.ts";

export function mapEquipment(mapping: Mapping): void {
  for (const item of mapping.itemsOf("Device")) mapDevice(mapping, item);
}

/** The equipment a device became. */
export function equipmentIdOf(
  mapping: Mapping,
  device: SourceResource,
): RecordId | null {
  const recordId = recordIdFor(mapping, "equipment", device);
  return mapping.book.get(recordId) === undefined ? null : recordId;
}

function mapDevice(mapping: Mapping, item: Item): void {
  const { index, resource } = item;
  const { json } = resource;
  const dropped: Dropped = [];
  const draft = mapping.book.open(
    equipment,
    recordIdFor(mapping, "equipment", resource),
    mapping.organizationId,
  );
  const text = (field: string, value: unknown) =>
    putField(draft, field, take(shortTextSchema, value, field, dropped), index);
  const date = (field: string) =>
    putField(
      draft,
      field,
      take(dateTimeSchema, json[field], field, dropped),
      index,
    );

  text("deviceName", nameOf(json));
  text("manufacturer", json["manufacturer"]);
  text("modelNumber", json["modelNumber"]);
  text("serialNumber", json["serialNumber"]);
  text("lotNumber", json["lotNumber"]);
  date("manufactureDate");
  date("expirationDate");
  putIdentifiers(draft, item, dropped);
  putDistinctIdentifier(draft, item);
  const carriers = listOf(json["udiCarrier"]).map((carrier) =>
    isJsonObject(carrier) ? { ...carrier, status: "active" } : carrier,
  );
  for (const value of takeEach(
    udiCarrierSchema,
    carriers,
    "udiCarrier",
    dropped,
  ))
    putEntry(draft, "udiCarrier", value, index);
  putConcepts(draft, "type", item, "type", dropped);
  putNotes(draft, item, dropped);
  const status = take(deviceStatusSchema, json["status"], "status", dropped);
  putField(draft, "status", status, index);
  // Said for every device, so that a fitness stands on which a conflict can be found.
  putGroupValue(
    draft,
    "fitness",
    "operationalStatus",
    status === "inactive" ? "out-of-service" : "in-service",
    index,
  );
  putRecordStatus(draft, item);
  putPlace(mapping, item, draft);
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
}

function putPlace(mapping: Mapping, item: Item, draft: OpenDraft): void {
  const { index } = item;
  const { json } = item.resource;
  const patient = followToResource(mapping, item, "patient", ["Patient"]);
  if (patient !== null)
    putField(
      draft,
      "patientId",
      patientIdOf(mapping, patient) ?? undefined,
      index,
    );
  const owner = followToResource(mapping, item, "owner", ["Organization"]);
  const location = followToResource(mapping, item, "location", ["Location"]);
  const place = location === null ? null : placeOf(mapping, location);
  const teamId =
    (owner === null ? null : teamIdOf(mapping, owner)) ?? place?.teamId;
  putField(draft, "teamId", teamId, index);
  // A location is an entry of the owning team; anybody else's is named in words.
  if (place !== null && place.teamId === teamId)
    putField(draft, "locationId", place.locationId, index);
  else putField(draft, "locationText", displayOf(json["location"]), index);
}

/** The name for people where there is one, else the first, else what kind of thing it is. */
function nameOf(json: JsonObject): unknown {
  const names = listOf(json["deviceName"]).filter(isJsonObject);
  const friendly =
    names.find(({ type }) => type === "user-friendly-name") ?? names[0];
  const { type } = json;
  return friendly?.["name"] ?? (isJsonObject(type) ? type["text"] : undefined);
}

/** What a label carries for tissues and cells; often only the device identifier once more. */
function putDistinctIdentifier(draft: OpenDraft, item: Item): void {
  const { json } = item.resource;
  const value = textOf(json["distinctIdentifier"]);
  const onLabel = listOf(json["udiCarrier"]).some(
    (carrier) => isJsonObject(carrier) && carrier["deviceIdentifier"] === value,
  );
  if (value === null || onLabel) return;
  const type = { text: "Distinct identifier" };
  putEntry(draft, "identifiers", { status: "active", type, value }, item.index);
}
