/** Pieces that several record types take from FHIR in the same way. What cannot be taken is added to `dropped`. */
import { addressSchema } from "../address.ts";
import { annotationSchema } from "../annotation.ts";
import { codeableConceptSchema } from "../codeable-concept.ts";
import { contactPointSchema } from "../contact-point.ts";
import { identifierEntrySchema, type IdentifierEntry } from "../identifier.ts";
import { putEntry, putGroupValue, type OpenDraft } from "./draft-book.ts";
import { isJsonObject, textOf } from "./fhir-json.ts";
import { displayOf, listOf, type Item } from "./mapping.ts";
import { takeEach, type Dropped } from "./take.ts";

/** `Identifier`s as entries; one of use `old` was one once. */
export function identifiersOf(
  item: Item,
  dropped: Dropped,
): readonly IdentifierEntry[] {
  const identifiers = listOf(item.resource.json["identifier"]).map(
    (identifier) =>
      isJsonObject(identifier)
        ? {
            ...identifier,
            status: identifier["use"] === "old" ? "inactive" : "active",
            assigner: displayOf(identifier["assigner"]),
          }
        : identifier,
  );
  return takeEach(identifierEntrySchema, identifiers, "identifier", dropped);
}

export function putIdentifiers(
  draft: OpenDraft,
  item: Item,
  dropped: Dropped,
): void {
  for (const value of identifiersOf(item, dropped))
    putEntry(draft, "identifiers", value, item.index);
}

export function putTelecom(
  draft: OpenDraft,
  item: Item,
  dropped: Dropped,
): void {
  const { telecom } = item.resource.json;
  for (const value of takeEach(contactPointSchema, telecom, "telecom", dropped))
    putEntry(
      draft,
      "telecom",
      { status: value.use === "old" ? "inactive" : "active", ...value },
      item.index,
    );
}

export function putAddresses(
  draft: OpenDraft,
  item: Item,
  dropped: Dropped,
): void {
  const { address } = item.resource.json;
  for (const value of takeEach(addressSchema, address, "address", dropped))
    putEntry(
      draft,
      "address",
      { status: value.use === "old" ? "inactive" : "active", ...value },
      item.index,
    );
}

/** A list of concepts, each an entry of the set. */
export function putConcepts(
  draft: OpenDraft,
  field: string,
  item: Item,
  element: string,
  dropped: Dropped,
): void {
  const concepts = item.resource.json[element];
  for (const value of takeEach(
    codeableConceptSchema,
    concepts,
    element,
    dropped,
  ))
    putEntry(draft, field, { status: "active", ...value }, item.index);
}

export function putNotes(draft: OpenDraft, item: Item, dropped: Dropped): void {
  const notes = listOf(item.resource.json["note"]).map((note) =>
    isJsonObject(note)
      ? {
          ...note,
          status: "active",
          authorString:
            textOf(note["authorString"]) ?? displayOf(note["authorReference"]),
        }
      : note,
  );
  for (const value of takeEach(annotationSchema, notes, "note", dropped))
    putEntry(draft, "notes", value, item.index);
}

/** What a resource's own status says of the whole record. */
export function putRecordStatus(draft: OpenDraft, item: Item): void {
  if (item.resource.json["status"] === "entered-in-error")
    putGroupValue(
      draft,
      "recordStatus",
      "status",
      "entered-in-error",
      item.index,
    );
}
