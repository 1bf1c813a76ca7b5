/**
 * FHIR R4 resources to drafts of Suture records: pure, deterministic, no I/O. SPEC IM.
 *
 * Every resource gets one outcome: mapped, repeated (the same thing said twice), skipped (not ours to take) or failed (broken). A
 * dangling reference costs only what hung on it, unless it says whom the resource is about. Ids are derived, so the same input for
 * the same organization gives the same drafts, whatever the order of files.
 */
import { digest } from "../../canonical/canonical-json.ts";
import type { RecordId } from "../../ids.ts";
import { sutureRecords } from "../../records/suture-records.ts";
import {
  closeDraft,
  createDraftBook,
  fitsStatements,
  sourcesOf,
  type DraftBook,
} from "./draft-book.ts";
import type { SourceResource } from "./fhir-source.ts";
import { mapAppointments } from "./map-appointments.ts";
import { mapEncounters } from "./map-encounters.ts";
import { mapEquipment } from "./map-equipment.ts";
import { mapMeasurements } from "./map-measurements.ts";
import { mapMedications } from "./map-medications.ts";
import { mapPatients } from "./map-patients.ts";
import { mapPeople } from "./map-people.ts";
import { mapAllergies, mapProblems } from "./map-problems.ts";
import { mapServiceJobs } from "./map-service-jobs.ts";
import { mapTeams } from "./map-teams.ts";
import { identityOf, type Item, type Mapping } from "./mapping.ts";
import type {
  MappingOutcome,
  MappingWarning,
  RecordDraft,
} from "./record-draft.ts";
import { createReferenceIndex } from "./reference-index.ts";

export interface ImportPlan {
  /** Parents before children, and what is referred to before what refers to it. */
  readonly drafts: readonly RecordDraft[];
  /** One for each resource given, in the order given. */
  readonly outcomes: readonly MappedResource[];
  readonly warnings: readonly MappingWarning[];
}

export interface MappedResource {
  readonly resource: SourceResource;
  readonly outcome: MappingOutcome;
}

/** The types it takes, in the order in which it takes them. `Medication` only gives its name to what refers to it. */
const takenTypes: ReadonlySet<string> = new Set([
  "Organization",
  "Location",
  "Practitioner",
  "PractitionerRole",
  "Patient",
  "AllergyIntolerance",
  "Condition",
  "Medication",
  "MedicationRequest",
  "MedicationStatement",
  "Observation",
  "Device",
  "Appointment",
  "Encounter",
  "Task",
  "ServiceRequest",
]);

export function mapFhir(
  resources: readonly SourceResource[],
  { organizationId }: { readonly organizationId: RecordId },
): ImportPlan {
  const outcomes: (MappingOutcome | undefined)[] = resources.map(
    () => undefined,
  );
  const warnings: MappingWarning[] = [];
  const items = firstOccurrences(resources, outcomes).filter((item) => {
    if (takenTypes.has(item.resource.resourceType)) return true;
    outcomes[item.index] = { kind: "skipped", reason: "resource-type" };
    return false;
  });
  const itemsByResource = new Map(items.map((item) => [item.resource, item]));
  const book = createDraftBook();
  const mapping: Mapping = {
    organizationId,
    book,
    references: createReferenceIndex(items.map(({ resource }) => resource)),
    itemsOf: (type) =>
      items.filter(
        ({ index, resource }) =>
          resource.resourceType === type && outcomes[index]?.kind !== "failed",
      ),
    itemOf(resource) {
      const item = itemsByResource.get(resource);
      if (item === undefined) throw new Error("a resource outside the import");
      return item;
    },
    mapped: ({ index }) => (outcomes[index] ??= { kind: "mapped" }),
    skipped: ({ index }, reason) =>
      (outcomes[index] = { kind: "skipped", reason }),
    failed: ({ index }, reason, path) =>
      (outcomes[index] = { kind: "failed", reason, path: path ?? null }),
    warn: ({ index }, code, path) =>
      void warnings.push({ source: index, code, path }),
  };

  for (const item of items)
    if (hasModifierExtension(item.resource.json))
      mapping.failed(item, "modifier-extension");
  mapTeams(mapping);
  mapPeople(mapping);
  mapPatients(mapping);
  mapAllergies(mapping);
  mapProblems(mapping);
  mapMedications(mapping);
  mapMeasurements(mapping);
  mapEquipment(mapping);
  mapAppointments(mapping);
  mapEncounters(mapping);
  mapServiceJobs(mapping);
  refuseLargeStatements(book, outcomes);

  return {
    drafts: inOrder(book),
    outcomes: resources.map((resource, index) => ({
      resource,
      outcome: outcomes[index] ?? { kind: "skipped", reason: "unused" },
    })),
    warnings,
  };
}

/** The same resource may come in several files. Said in the same words it counts once; in others, the first word stands. */
function firstOccurrences(
  resources: readonly SourceResource[],
  outcomes: (MappingOutcome | undefined)[],
): readonly Item[] {
  const digestsByIdentity = new Map<string, string>();
  return resources.flatMap((resource, index) => {
    const identity = identityOf(resource);
    const content = digestOf(resource);
    const known = digestsByIdentity.get(identity);
    if (known === undefined) {
      digestsByIdentity.set(identity, content);
      return [{ index, resource }];
    }
    outcomes[index] =
      known === content
        ? { kind: "repeated" }
        : { kind: "failed", reason: "repeated-with-other-content", path: null };
    return [];
  });
}

function digestOf({ json }: SourceResource): string {
  return digest(JSON.stringify(json));
}

/** FHIR R4: what carries a modifier extension that one does not know must not be processed as if it were not there. */
function hasModifierExtension(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasModifierExtension);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, member]) =>
      key === "modifierExtension" || hasModifierExtension(member),
  );
}

function refuseLargeStatements(
  book: DraftBook,
  outcomes: (MappingOutcome | undefined)[],
): void {
  for (const draft of book.all()) {
    if (fitsStatements(draft)) continue;
    for (const source of sourcesOf(draft))
      outcomes[source] = {
        kind: "failed",
        reason: "statement-too-large",
        path: null,
      };
    book.discard(draft.recordId);
  }
}

function inOrder(book: DraftBook): readonly RecordDraft[] {
  const order: readonly string[] = sutureRecords.map(({ type }) => type);
  return book
    .all()
    .map(closeDraft)
    .toSorted(
      (left, right) =>
        order.indexOf(left.type) - order.indexOf(right.type) ||
        (left.recordId < right.recordId ? -1 : 1),
    );
}
