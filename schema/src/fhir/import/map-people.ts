/**
 * FHIR Practitioner to a member without sign-in and its profile; PractitionerRole adds the teams and what the person does there.
 * An import gives nobody a role: what a member may do is an admin's to say, when somebody is to sign in as that member.
 */
import { member } from "../../records/member.ts";
import { profile } from "../../records/profile.ts";
import type { RecordId } from "../../ids.ts";
import { administrativeGenderSchema } from "../administrative.ts";
import { displayName, humanNameSchema, type HumanName } from "../human-name.ts";
import { qualificationSchema } from "../qualification.ts";
import {
  groupValue,
  putEntry,
  putField,
  putGroupValue,
  type OpenDraft,
} from "./draft-book.ts";
import { isJsonObject, textOf } from "./fhir-json.ts";
import type { SourceResource } from "./fhir-source.ts";
import { languageOf } from "./language.ts";
import { teamIdOf } from "./map-teams.ts";
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
  putAddresses,
  putConcepts,
  putIdentifiers,
  putTelecom,
} from "./shared-pieces.ts";
import { take, takeEach, type Dropped } from "./take.ts";

export function mapPeople(mapping: Mapping): void {
  for (const item of mapping.itemsOf("Practitioner"))
    mapPractitioner(mapping, item);
  for (const item of mapping.itemsOf("PractitionerRole"))
    mapRole(mapping, item);
}

/** The member a practitioner became. */
export function memberIdOf(
  mapping: Mapping,
  practitioner: SourceResource,
): RecordId | null {
  const recordId = recordIdFor(mapping, "member", practitioner);
  return mapping.book.get(recordId) === undefined ? null : recordId;
}

/** The teams of a member, as far as the roles at hand say. */
export function teamsOfMember(
  mapping: Mapping,
  memberId: RecordId,
): readonly RecordId[] {
  return teamsIn(mapping.book.get(memberId));
}

/** The name to call a person by: the official one, else the usual, else the first that is not of the past. */
export function preferredName(
  names: readonly HumanName[],
): HumanName | undefined {
  const present = names.filter(({ use }) => use !== "old" && use !== "maiden");
  return (
    present.find(({ use }) => use === "official") ??
    present.find(({ use }) => use === "usual") ??
    present[0] ??
    names[0]
  );
}

function mapPractitioner(mapping: Mapping, item: Item): void {
  const { resource, index } = item;
  const { json } = resource;
  const dropped: Dropped = [];
  const name = preferredName(
    takeEach(humanNameSchema, json["name"], "name", dropped),
  );
  const called = name === undefined ? resource.name : displayName(name);
  const { person, directory } = draftsOf(mapping, resource);

  putField(person, "displayName", called, index);
  putIdentifiers(person, item, dropped);
  putGroupValue(person, "membership", "roles", [], index);
  putGroupValue(
    person,
    "membership",
    "active",
    json["active"] !== false,
    index,
  );

  putField(directory, "memberId", person.recordId, index);
  putField(directory, "name", called, index);
  putField(
    directory,
    "gender",
    take(administrativeGenderSchema, json["gender"], "gender", dropped),
    index,
  );
  putTelecom(directory, item, dropped);
  putAddresses(directory, item, dropped);
  const qualifications = listOf(json["qualification"]).map((qualification) =>
    isJsonObject(qualification)
      ? {
          ...qualification,
          status: "active",
          issuer: displayOf(qualification["issuer"]),
          identifier: listOf(qualification["identifier"])
            .filter(isJsonObject)
            .map(({ value }) => textOf(value))
            .find((value) => value !== null),
        }
      : qualification,
  );
  for (const value of takeEach(
    qualificationSchema,
    qualifications,
    "qualification",
    dropped,
  ))
    putEntry(directory, "qualification", value, index);
  for (const concept of listOf(json["communication"])) {
    const language = languageOf(concept);
    if (language === null) dropped.push("communication");
    else
      putEntry(directory, "languages", { status: "active", language }, index);
  }
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
}

function mapRole(mapping: Mapping, item: Item): void {
  const { index } = item;
  const practitioner = followToResource(mapping, item, "practitioner", [
    "Practitioner",
  ]);
  if (practitioner === null || memberIdOf(mapping, practitioner) === null)
    return mapping.failed(item, "practitioner-not-found", "practitioner");
  const dropped: Dropped = [];
  const { person, directory } = draftsOf(mapping, practitioner);
  const organization = followToResource(mapping, item, "organization", [
    "Organization",
  ]);
  const teamId = organization === null ? null : teamIdOf(mapping, organization);
  if (teamId !== null && item.resource.json["active"] !== false) {
    const teams = [...new Set([...teamsIn(person), teamId])].toSorted();
    putGroupValue(person, "membership", "teams", teams, index);
  }
  putConcepts(directory, "function", item, "code", dropped);
  putConcepts(directory, "specialty", item, "specialty", dropped);
  putTelecom(directory, item, dropped);
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
}

function draftsOf(mapping: Mapping, practitioner: SourceResource) {
  const { book, organizationId } = mapping;
  return {
    person: book.open(
      member,
      recordIdFor(mapping, "member", practitioner),
      organizationId,
    ),
    directory: book.open(
      profile,
      recordIdFor(mapping, "profile", practitioner),
      organizationId,
    ),
  };
}

function teamsIn(person: OpenDraft | undefined): readonly RecordId[] {
  const teams =
    person === undefined ? [] : groupValue(person, "membership", "teams");
  return member.groups.membership.parts.teams.schema.parse(teams ?? []);
}
