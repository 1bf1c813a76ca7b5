/**
 * FHIR Task and ServiceRequest on a device, to service jobs. A task that carries out a request is the job, and the request tells it
 * what it is about; a request that no task carries out is a job itself. Everything else of the two types is about patients or money
 * and is left alone. What was done is not taken over: FHIR's task says that it is completed, not which parts and tests that stands on.
 */
import { recordIdSchema, type RecordId } from "../../ids.ts";
import { serviceJob } from "../../records/service-job.ts";
import { longTextSchema, shortTextSchema } from "../bounded-text.ts";
import { dateTimeSchema } from "../date-time.ts";
import {
  requestPrioritySchema,
  taskIntentSchema,
  taskStatusSchema,
  type TaskStatus,
} from "../task.ts";
import { putField, type OpenDraft } from "./draft-book.ts";
import { isJsonObject, textOf } from "./fhir-json.ts";
import type { SourceResource } from "./fhir-source.ts";
import { equipmentIdOf } from "./map-equipment.ts";
import { memberIdOf, teamsOfMember } from "./map-people.ts";
import { endOf, startOf } from "./map-problems.ts";
import { fallbackTeamId, placeOf, teamIdOf } from "./map-teams.ts";
import {
  displayOf,
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
import { take, type Dropped } from "./take.ts";

/** `RequestStatus` in the words of `TaskStatus`. */
const statusesOfRequests: ReadonlyMap<string, TaskStatus> = new Map([
  ["draft", "draft"],
  ["active", "requested"],
  ["on-hold", "on-hold"],
  ["revoked", "cancelled"],
  ["completed", "completed"],
  ["entered-in-error", "entered-in-error"],
  ["unknown", "requested"],
]);

export function mapServiceJobs(mapping: Mapping): void {
  const carriedOut = new Set<SourceResource>();
  for (const item of mapping.itemsOf("Task")) {
    const request = requestOf(mapping, item);
    if (mapTask(mapping, item, request) && request !== null)
      carriedOut.add(request);
  }
  for (const item of mapping.itemsOf("ServiceRequest")) {
    const device = deviceOf(mapping, item.resource, ["subject"]);
    if (device === null) mapping.skipped(item, "not-on-equipment");
    else if (carriedOut.has(item.resource)) mapping.mapped(item);
    else mapRequest(mapping, item, device);
  }
}

function mapTask(
  mapping: Mapping,
  item: Item,
  request: SourceResource | null,
): boolean {
  const device =
    deviceOf(mapping, item.resource, ["focus", "for"]) ??
    (request === null ? null : deviceOf(mapping, request, ["subject"]));
  if (device === null) {
    mapping.skipped(item, "not-on-equipment");
    return false;
  }
  const { json } = item.resource;
  const dropped: Dropped = [];
  const workStatus = take(taskStatusSchema, json["status"], "status", dropped);
  if (workStatus === undefined) {
    mapping.failed(item, "invalid-element", "status");
    return false;
  }
  const draft = openJob(mapping, item, device, ["owner"], json["location"]);
  putField(draft, "workStatus", workStatus, item.index);
  const { restriction } = json;
  const period = isJsonObject(restriction) ? restriction["period"] : undefined;
  putCommon(draft, item, device, period ?? json["executionPeriod"], dropped);
  const text =
    textOf(json["description"]) ?? textOf(request?.json["patientInstruction"]);
  putDescription(draft, item, text, dropped);
  putConcepts(draft, "code", item, "code", dropped);
  if (request !== null) {
    const requestItem = mapping.itemOf(request);
    putConcepts(draft, "code", requestItem, "code", dropped);
    putNotes(draft, requestItem, dropped);
  }
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
  return true;
}

function mapRequest(mapping: Mapping, item: Item, device: RecordId): void {
  const { json } = item.resource;
  const workStatus = statusesOfRequests.get(textOf(json["status"]) ?? "");
  if (workStatus === undefined)
    return mapping.failed(item, "invalid-element", "status");
  const dropped: Dropped = [];
  const [location] = listOf(json["locationReference"]);
  const draft = openJob(mapping, item, device, ["performer"], location);
  putField(draft, "workStatus", workStatus, item.index);
  const occurrence = json["occurrencePeriod"] ?? {
    start: json["occurrenceDateTime"],
  };
  putCommon(draft, item, device, occurrence, dropped);
  putDescription(draft, item, textOf(json["patientInstruction"]), dropped);
  putConcepts(draft, "code", item, "code", dropped);
  warnDropped(mapping, item, dropped);
  mapping.mapped(item);
}

function putCommon(
  draft: OpenDraft,
  item: Item,
  equipmentId: RecordId,
  period: unknown,
  dropped: Dropped,
): void {
  const { index } = item;
  const { json } = item.resource;
  const date = (value: unknown, path: string) =>
    take(dateTimeSchema, value, path, dropped);
  putField(draft, "equipmentId", equipmentId, index);
  putField(
    draft,
    "priority",
    take(requestPrioritySchema, json["priority"], "priority", dropped),
    index,
  );
  putField(draft, "intent", intentOf(json["intent"]), index);
  putField(
    draft,
    "requester",
    take(shortTextSchema, displayOf(json["requester"]), "requester", dropped),
    index,
  );
  putField(
    draft,
    "requestedStart",
    date(startOf(period), "period.start"),
    index,
  );
  putField(draft, "requestedEnd", date(endOf(period), "period.end"), index);
  putIdentifiers(draft, item, dropped);
  putNotes(draft, item, dropped);
  putRecordStatus(draft, item);
}

function putDescription(
  draft: OpenDraft,
  item: Item,
  text: string | null,
  dropped: Dropped,
): void {
  putField(
    draft,
    "description",
    take(longTextSchema, text, "description", dropped),
    item.index,
  );
}

/** In the team that has it in hand: the organization or person named, the place, the equipment's own. */
function openJob(
  mapping: Mapping,
  item: Item,
  device: RecordId,
  owners: readonly string[],
  location: unknown,
): OpenDraft {
  const { resource } = item;
  const recordId = recordIdFor(mapping, "serviceJob", resource);
  const found = owners
    .flatMap((element) => listOf(resource.json[element]))
    .map((reference) =>
      mapping.references.resolve(resource, reference, [
        "Organization",
        "Practitioner",
      ]),
    )
    .flatMap((referent) =>
      referent.kind === "resource" ? [referent.resource] : [],
    );
  const person = found.find(
    ({ resourceType }) => resourceType === "Practitioner",
  );
  const house = found.find(
    ({ resourceType }) => resourceType === "Organization",
  );
  const memberId = person === undefined ? null : memberIdOf(mapping, person);
  const place = mapping.references.resolve(resource, location, ["Location"]);
  const own = recordIdSchema.safeParse(
    mapping.book.get(device)?.fields["teamId"],
  );
  const teamId =
    (house === undefined ? null : teamIdOf(mapping, house)) ??
    (memberId === null ? undefined : teamsOfMember(mapping, memberId)[0]) ??
    (place.kind === "resource"
      ? placeOf(mapping, place.resource)?.teamId
      : undefined) ??
    (own.success ? own.data : undefined) ??
    fallbackTeamId(mapping, item);
  const draft = mapping.book.open(serviceJob, recordId, teamId);
  putField(draft, "assigneeId", memberId ?? undefined, item.index);
  return draft;
}

function requestOf(
  mapping: Mapping,
  { resource }: Item,
): SourceResource | null {
  const references = [
    resource.json["focus"],
    ...listOf(resource.json["basedOn"]),
  ];
  for (const reference of references) {
    const found = mapping.references.resolve(resource, reference, [
      "ServiceRequest",
    ]);
    if (found.kind === "resource") return found.resource;
  }
  return null;
}

function deviceOf(
  mapping: Mapping,
  resource: SourceResource,
  elements: readonly string[],
): RecordId | null {
  for (const element of elements) {
    const found = mapping.references.resolve(resource, resource.json[element], [
      "Device",
    ]);
    const recordId =
      found.kind === "resource" ? equipmentIdOf(mapping, found.resource) : null;
    if (recordId !== null) return recordId;
  }
  return null;
}

/** `RequestIntent` and `TaskIntent` share their words but for a few. */
function intentOf(value: unknown) {
  const intent = taskIntentSchema.safeParse(
    value === "directive" ? "order" : value,
  );
  return intent.success ? intent.data : undefined;
}
