/**
 * What the mappers of the resource types share: the drafts, the references, and who is told what could not be taken.
 * Mappers run in the order of dependence (teams before members before patients before what happens to them), each over all
 * resources of its types, so that the order of files makes no difference.
 */
import type { JsonValue } from "../../canonical/canonical-json.ts";
import type { EntryId, RecordId } from "../../ids.ts";
import type { DraftBook, OpenDraft } from "./draft-book.ts";
import { derivedEntryId, derivedRecordId } from "./derived-id.ts";
import { isJsonObject, textOf } from "./fhir-json.ts";
import type { SourceResource } from "./fhir-source.ts";
import type {
  FailureReason,
  MappingWarning,
  SkipReason,
} from "./record-draft.ts";
import type { Referent, ReferenceIndex } from "./reference-index.ts";
import type { Dropped } from "./take.ts";

/** One resource on its way: where it stands in the plan, and what is found out about it. */
export interface Item {
  readonly index: number;
  readonly resource: SourceResource;
}

export interface Mapping {
  readonly organizationId: RecordId;
  readonly book: DraftBook;
  readonly references: ReferenceIndex;
  /** The items of one resource type, in the order of the plan. */
  itemsOf(resourceType: string): readonly Item[];
  itemOf(resource: SourceResource): Item;
  mapped(item: Item): void;
  skipped(item: Item, reason: SkipReason): void;
  failed(item: Item, reason: FailureReason, path?: string): void;
  warn(item: Item, code: MappingWarning["code"], path: string): void;
}

/** What the source calls the resource: unique within the import, the same the next time. */
export function identityOf(resource: SourceResource): string {
  const { base, resourceType, id, fullUrl, name } = resource;
  if (id !== null) return `${base}/${resourceType}/${id}`;
  return fullUrl ?? `${resource.file}/${name}`;
}

export function recordIdFor(
  mapping: Mapping,
  type: string,
  resource: SourceResource,
): RecordId {
  return derivedRecordId(mapping.organizationId, type, identityOf(resource));
}

export function entryIdFor(
  recordId: RecordId,
  place: string,
  resource: SourceResource,
): EntryId {
  return derivedEntryId(recordId, place, identityOf(resource));
}

/** The resource behind a reference, with a warning where there should be one and is none. */
export function follow(
  mapping: Mapping,
  item: Item,
  element: string,
  types: readonly string[],
  reference: unknown = item.resource.json[element],
): Referent {
  const referent = mapping.references.resolve(item.resource, reference, types);
  if (referent.kind === "unresolved")
    mapping.warn(item, "unresolved-reference", element);
  return referent;
}

export function followToResource(
  mapping: Mapping,
  item: Item,
  element: string,
  types: readonly string[],
  reference?: unknown,
): SourceResource | null {
  const referent = follow(
    mapping,
    item,
    element,
    types,
    reference ?? item.resource.json[element],
  );
  return referent.kind === "resource" ? referent.resource : null;
}

/** The draft of the patient a clinical resource is about; null, and the resource failed, where there is none. */
export function subjectDraft(
  mapping: Mapping,
  item: Item,
  element: "patient" | "subject",
): OpenDraft | null {
  const referent = mapping.references.resolve(
    item.resource,
    item.resource.json[element],
    ["Patient"],
  );
  const draft =
    referent.kind === "resource"
      ? mapping.book.get(recordIdFor(mapping, "patient", referent.resource))
      : undefined;
  if (draft !== undefined) return draft;
  mapping.failed(item, "subject-not-found", element);
  return null;
}

export function warnDropped(
  mapping: Mapping,
  item: Item,
  dropped: Dropped,
): void {
  for (const path of dropped) mapping.warn(item, "dropped-element", path);
}

export function displayOf(reference: unknown): string | undefined {
  if (!isJsonObject(reference)) return undefined;
  return textOf(reference["display"]) ?? undefined;
}

/** Leaves out what is undefined: absent is how our schemas say "nothing". */
export function compact(
  members: Readonly<Record<string, JsonValue | undefined>>,
): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}

export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
