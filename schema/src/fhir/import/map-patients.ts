/** FHIR Patient: identity into its group, the rest into merging fields. */
import type { RecordId } from "../../ids.ts";
import { patient } from "../../records/patient.ts";
import {
  administrativeGenderSchema,
  maritalStatusSchema,
} from "../administrative.ts";
import { dateSchema, dateTimeSchema } from "../date-time.ts";
import { humanNameSchema } from "../human-name.ts";
import { patientContactSchema } from "../patient-contact.ts";
import {
  putEntry,
  putField,
  putGroupEntry,
  putGroupValue,
  type OpenDraft,
} from "./draft-book.ts";
import { isJsonObject, textOf } from "./fhir-json.ts";
import type { SourceResource } from "./fhir-source.ts";
import { languageOf } from "./language.ts";
import { memberIdOf } from "./map-people.ts";
import {
  compact,
  displayOf,
  follow,
  followToResource,
  listOf,
  recordIdFor,
  warnDropped,
  type Item,
  type Mapping,
} from "./mapping.ts";
import { identifiersOf, putAddresses, putTelecom } from "./shared-pieces.ts";
import { take, takeEach, type Dropped } from "./take.ts";

/** FHIR R4's `marital-status` draws on these two code systems. */
const maritalStatusSystems: ReadonlySet<unknown> = new Set([
  "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus",
  "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
]);

export function mapPatients(mapping: Mapping): void {
  const items = mapping.itemsOf("Patient");
  for (const item of items) mapPatient(mapping, item);
  // Links need the other patient's record to be there.
  for (const item of items) putLinks(mapping, item, draftOf(mapping, item));
}

/** The patient's record, where the resource became one. */
export function patientIdOf(
  mapping: Mapping,
  found: SourceResource,
): RecordId | null {
  const recordId = recordIdFor(mapping, "patient", found);
  return mapping.book.get(recordId) === undefined ? null : recordId;
}

function mapPatient(mapping: Mapping, item: Item): void {
  const { index } = item;
  const { json } = item.resource;
  const dropped: Dropped = [];
  const draft = draftOf(mapping, item);
  const identity = (part: string, value: Parameters<typeof putGroupValue>[3]) =>
    putGroupValue(draft, "identity", part, value, index);

  // Said even where it is empty: the statement then stands as this import's word on who the person is.
  identity("name", takeEach(humanNameSchema, json["name"], "name", dropped));
  identity(
    "birthDate",
    take(dateSchema, json["birthDate"], "birthDate", dropped),
  );
  identity(
    "gender",
    take(administrativeGenderSchema, json["gender"], "gender", dropped),
  );
  identity(
    "deceased",
    deceasedOf(json["deceasedBoolean"], json["deceasedDateTime"], dropped),
  );
  for (const identifier of identifiersOf(item, dropped))
    putGroupEntry(draft, "identity", "identifiers", identifier, index);

  putTelecom(draft, item, dropped);
  putAddresses(draft, item, dropped);
  putField(
    draft,
    "maritalStatus",
    maritalStatusOf(json["maritalStatus"], dropped),
    index,
  );
  const contacts = listOf(json["contact"]).map((contact) =>
    isJsonObject(contact)
      ? {
          ...contact,
          status: "active",
          organization: displayOf(contact["organization"]),
        }
      : contact,
  );
  for (const value of takeEach(
    patientContactSchema,
    contacts,
    "contact",
    dropped,
  ))
    putEntry(draft, "contact", value, index);
  for (const communication of listOf(json["communication"])) {
    const { language, preferred } = isJsonObject(communication)
      ? communication
      : {};
    const tag = languageOf(language);
    const entry = compact({
      status: "active",
      language: tag ?? undefined,
      preferred: typeof preferred === "boolean" ? preferred : undefined,
    });
    if (!putEntry(draft, "communication", entry, index))
      dropped.push("communication");
  }
  putCareProviders(mapping, item, draft);
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
}

function putCareProviders(
  mapping: Mapping,
  item: Item,
  draft: OpenDraft,
): void {
  for (const reference of listOf(item.resource.json["generalPractitioner"])) {
    const found = followToResource(
      mapping,
      item,
      "generalPractitioner",
      ["Practitioner"],
      reference,
    );
    const entry = compact({
      status: "active",
      memberId:
        (found === null ? null : memberIdOf(mapping, found)) ?? undefined,
      display: displayOf(reference),
    });
    putEntry(draft, "generalPractitioner", entry, item.index);
  }
}

function putLinks(mapping: Mapping, item: Item, draft: OpenDraft): void {
  for (const link of listOf(item.resource.json["link"])) {
    if (!isJsonObject(link)) continue;
    const other = follow(mapping, item, "link", ["Patient"], link["other"]);
    if (other.kind !== "resource") continue;
    const entry = compact({
      status: "active",
      other: patientIdOf(mapping, other.resource) ?? undefined,
      type: textOf(link["type"]) ?? undefined,
    });
    if (!putGroupEntry(draft, "identity", "link", entry, item.index))
      mapping.warn(item, "dropped-element", "link");
  }
}

function draftOf(mapping: Mapping, { resource }: Item): OpenDraft {
  return mapping.book.open(
    patient,
    recordIdFor(mapping, "patient", resource),
    mapping.organizationId,
  );
}

function deceasedOf(
  isDeceased: unknown,
  deceasedAt: unknown,
  dropped: Dropped,
): boolean | string | undefined {
  if (typeof isDeceased === "boolean") return isDeceased;
  return take(dateTimeSchema, deceasedAt, "deceasedDateTime", dropped);
}

function maritalStatusOf(concept: unknown, dropped: Dropped) {
  if (!isJsonObject(concept)) return undefined;
  for (const coding of listOf(concept["coding"])) {
    if (!isJsonObject(coding) || !maritalStatusSystems.has(coding["system"]))
      continue;
    return take(maritalStatusSchema, coding["code"], "maritalStatus", dropped);
  }
  return undefined;
}
