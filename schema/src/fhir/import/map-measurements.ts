/**
 * FHIR Observation: weight, creatinine and eGFR as measurements of the patient; pregnancy status, the latest one, into the
 * `prescribing` statement. Codes are LOINC's.
 */
import { measurementSchema, loincSystem } from "../observation.ts";
import type { Pregnancy } from "../pregnancy.ts";
import { snomedSystem } from "../no-known-allergy.ts";
import { dateTimeSchema } from "../date-time.ts";
import { putEntry, putGroupValue, type OpenDraft } from "./draft-book.ts";
import { isJsonObject, textOf, type JsonObject } from "./fhir-json.ts";
import { noteOf, startOf } from "./map-problems.ts";
import {
  identityOf,
  listOf,
  subjectDraft,
  type Item,
  type Mapping,
} from "./mapping.ts";
import { take, type Dropped } from "./take.ts";

/** Body weight; creatinine in serum, plasma or blood, by mass or moles; estimated glomerular filtration rate by its formulas. */
const measurementCodes: ReadonlySet<string> = new Set([
  "29463-7",
  "3141-9",
  "3142-7",
  "8341-0",
  "2160-0",
  "38483-4",
  "14682-9",
  "59826-8",
  "33914-3",
  "48642-3",
  "48643-1",
  "50044-7",
  "62238-1",
  "69405-9",
  "77147-7",
  "88293-6",
  "88294-4",
  "98979-8",
]);

const pregnancyCode = "82810-3";

/** SNOMED CT and LOINC answers to the pregnancy status. */
const pregnancyStatuses: ReadonlyMap<string, Pregnancy["status"]> = new Map([
  [`${snomedSystem}|77386006`, "pregnant"],
  [`${snomedSystem}|60001007`, "not-pregnant"],
  [`${snomedSystem}|152231000119106`, "not-pregnant"],
  [`${snomedSystem}|146799005`, "possible"],
  [`${snomedSystem}|261665006`, "unknown"],
  [`${loincSystem}|LA15173-0`, "pregnant"],
  [`${loincSystem}|LA26683-5`, "not-pregnant"],
  [`${loincSystem}|LA4489-6`, "unknown"],
]);

const usableStatuses: ReadonlySet<unknown> = new Set([
  "final",
  "amended",
  "corrected",
]);

interface PregnancyFound {
  readonly item: Item;
  readonly draft: OpenDraft;
  readonly value: Pregnancy;
}

export function mapMeasurements(mapping: Mapping): void {
  const pregnancies: PregnancyFound[] = [];
  for (const item of mapping.itemsOf("Observation")) {
    const codes = loincCodesOf(item.resource.json);
    if (codes.includes(pregnancyCode)) {
      const found = pregnancyOf(mapping, item);
      if (found !== null) pregnancies.push(found);
    } else if (codes.some((code) => measurementCodes.has(code)))
      mapMeasurement(mapping, item);
    else mapping.skipped(item, "not-a-measurement-we-take");
  }
  // Undated ones first, then by date: the last word stands.
  pregnancies.sort(
    (left, right) =>
      compareTimes(timeOf(left.value), timeOf(right.value)) ||
      (identityOf(left.item.resource) < identityOf(right.item.resource)
        ? -1
        : 1),
  );
  for (const { item, draft, value } of pregnancies) {
    putGroupValue(draft, "prescribing", "pregnancy", value, item.index);
    mapping.mapped(item);
  }
}

function mapMeasurement(mapping: Mapping, item: Item): void {
  const draft = subjectDraft(mapping, item, "subject");
  if (draft === null) return;
  const { json } = item.resource;
  if (json["valueQuantity"] === undefined)
    return mapping.skipped(item, "no-value");
  const dropped: Dropped = [];
  const measurement = take(
    measurementSchema,
    {
      ...json,
      value: json["valueQuantity"],
      effectiveDateTime: effectiveOf(json),
      note: noteOf(json),
      reference: item.resource.name,
    },
    "Observation",
    dropped,
  );
  if (measurement === undefined || dropped.length > 0)
    return mapping.failed(item, "invalid-element", dropped[0]);
  putEntry(
    draft,
    "measurements",
    measurement,
    item.index,
    identityOf(item.resource),
  );
  mapping.mapped(item);
}

function pregnancyOf(mapping: Mapping, item: Item): PregnancyFound | null {
  const draft = subjectDraft(mapping, item, "subject");
  if (draft === null) return null;
  const { json } = item.resource;
  if (!usableStatuses.has(json["status"])) {
    mapping.skipped(item, "no-value");
    return null;
  }
  const concept = json["valueCodeableConcept"];
  const status = (isJsonObject(concept) ? listOf(concept["coding"]) : [])
    .filter(isJsonObject)
    .map(({ system, code }) =>
      pregnancyStatuses.get(`${textOf(system)}|${textOf(code)}`),
    )
    .find((known) => known !== undefined);
  if (status === undefined) {
    mapping.failed(item, "invalid-element", "valueCodeableConcept");
    return null;
  }
  const effectiveDateTime = take(
    dateTimeSchema,
    effectiveOf(json),
    "effective",
    [],
  );
  const value = {
    status,
    ...(effectiveDateTime === undefined ? {} : { effectiveDateTime }),
  };
  return { item, draft, value };
}

function loincCodesOf(json: JsonObject): readonly string[] {
  const { code: concept } = json;
  if (!isJsonObject(concept)) return [];
  return listOf(concept["coding"])
    .filter(isJsonObject)
    .filter(({ system }) => system === loincSystem)
    .flatMap(({ code }) => textOf(code) ?? []);
}

function effectiveOf(json: JsonObject): unknown {
  return (
    json["effectiveDateTime"] ??
    json["effectiveInstant"] ??
    startOf(json["effectivePeriod"])
  );
}

/** Without a date, or with one that JavaScript has none for, before all others. */
function timeOf({ effectiveDateTime }: Pregnancy): number {
  const atMs = Date.parse(effectiveDateTime ?? "");
  return Number.isNaN(atMs) ? Number.NEGATIVE_INFINITY : atMs;
}

/** Not by difference: that of two infinities is no number. */
function compareTimes(left: number, right: number): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
