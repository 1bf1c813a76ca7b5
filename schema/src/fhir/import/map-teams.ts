/** FHIR Organization to team, and Location to an entry of its team's `locations`. */
import type { EntryId, RecordId } from "../../ids.ts";
import { team } from "../../records/team.ts";
import { shortTextSchema } from "../bounded-text.ts";
import { locationSchema } from "../location.ts";
import { putEntry, putField } from "./draft-book.ts";
import { derivedRecordId } from "./derived-id.ts";
import type { SourceResource } from "./fhir-source.ts";
import {
  entryIdFor,
  identityOf,
  recordIdFor,
  warnDropped,
  type Item,
  type Mapping,
} from "./mapping.ts";
import { putAddresses, putIdentifiers, putTelecom } from "./shared-pieces.ts";
import { take, type Dropped } from "./take.ts";

export function mapTeams(mapping: Mapping): void {
  for (const item of mapping.itemsOf("Organization"))
    mapOrganization(mapping, item);
  for (const item of mapping.itemsOf("Location")) mapLocation(mapping, item);
}

/** The team an organization became. */
export function teamIdOf(
  mapping: Mapping,
  organization: SourceResource,
): RecordId | null {
  const recordId = recordIdFor(mapping, "team", organization);
  return mapping.book.get(recordId) === undefined ? null : recordId;
}

export interface LocationPlace {
  readonly teamId: RecordId;
  readonly locationId: EntryId;
}

/** The entry a location became. */
export function placeOf(
  mapping: Mapping,
  location: SourceResource,
): LocationPlace | null {
  const item = mapping.itemOf(location);
  const teamId = teamOfLocation(mapping, item);
  if (teamId === null) return null;
  const locationId = entryIdFor(teamId, "locations", location);
  const entries = mapping.book.get(teamId)?.entries["locations"] ?? {};
  return entries[locationId] === undefined ? null : { teamId, locationId };
}

/**
 * Where an appointment or a job goes that names no team: one team for all of them, which a person can sort out. Made when it is
 * first needed, so that an import without such cases makes none.
 */
export function fallbackTeamId(mapping: Mapping, item: Item): RecordId {
  const recordId = derivedRecordId(mapping.organizationId, "team", "fallback");
  const draft = mapping.book.open(team, recordId, mapping.organizationId);
  putField(draft, "name", "Imported without a team", item.index);
  putField(draft, "kind", "clinic", item.index);
  return recordId;
}

function mapOrganization(mapping: Mapping, item: Item): void {
  const { json } = item.resource;
  const dropped: Dropped = [];
  const name = take(shortTextSchema, json["name"], "name", dropped);
  const recordId = recordIdFor(mapping, "team", item.resource);
  const draft = mapping.book.open(team, recordId, mapping.organizationId);
  // FHIR's org-1 asks for a name or an identifier; a team without a name could not be told from others.
  putField(draft, "name", name ?? item.resource.name, item.index);
  putField(draft, "kind", "clinic", item.index);
  putIdentifiers(draft, item, dropped);
  putTelecom(draft, item, dropped);
  putAddresses(draft, item, dropped);
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
}

function mapLocation(mapping: Mapping, item: Item): void {
  const { json } = item.resource;
  const teamId = teamOfLocation(mapping, item);
  const draft = teamId === null ? undefined : mapping.book.get(teamId);
  if (draft === undefined) return mapping.skipped(item, "no-team");
  const dropped: Dropped = [];
  const value = take(
    locationSchema,
    {
      ...json,
      status: json["status"] ?? "active",
      name: json["name"] ?? json["description"] ?? item.resource.name,
    },
    "Location",
    dropped,
  );
  if (value === undefined)
    return mapping.failed(item, "invalid-element", dropped.at(-1));
  putEntry(draft, "locations", value, item.index, identityOf(item.resource));
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
}

/** A room often names only the wing it is in, and the wing the hospital. */
function teamOfLocation(mapping: Mapping, item: Item): RecordId | null {
  let location = item.resource;
  for (let level = 0; level < 10; level += 1) {
    const { managingOrganization, partOf } = location.json;
    const organization = mapping.references.resolve(
      location,
      managingOrganization,
      ["Organization"],
    );
    if (organization.kind === "resource")
      return teamIdOf(mapping, organization.resource);
    const parent = mapping.references.resolve(location, partOf, ["Location"]);
    if (parent.kind !== "resource") return null;
    location = parent.resource;
  }
  return null;
}
