/**
 * FHIR MedicationRequest and MedicationStatement into the patient's `prescribing` statement, ended ones into its archive. The name
 * comes from the resource itself, from a contained Medication or from one at hand. A broken element fails the resource: a dose without
 * its unit or a timing without its "as needed" must not pass for the whole.
 */
import {
  codeableConceptSchema,
  type CodeableConcept,
} from "../codeable-concept.ts";
import { medicationSchema } from "../medication.ts";
import { ratioSchema, type Quantity } from "../quantity.ts";
import { putGroupEntry } from "./draft-book.ts";
import { isJsonObject, type JsonObject } from "./fhir-json.ts";
import { noteOf } from "./map-problems.ts";
import {
  displayOf,
  follow,
  identityOf,
  listOf,
  subjectDraft,
  type Item,
  type Mapping,
} from "./mapping.ts";
import { take, takeEach, type Dropped } from "./take.ts";

export function mapMedications(mapping: Mapping): void {
  for (const item of mapping.itemsOf("MedicationRequest"))
    mapMedication(mapping, item, "request");
  for (const item of mapping.itemsOf("MedicationStatement"))
    mapMedication(mapping, item, "statement");
}

interface Product {
  readonly code: CodeableConcept;
  readonly form: unknown;
}

function mapMedication(
  mapping: Mapping,
  item: Item,
  kind: "request" | "statement",
): void {
  const draft = subjectDraft(mapping, item, "subject");
  if (draft === null) return;
  const { json, name } = item.resource;
  const dropped: Dropped = [];
  const product = productOf(mapping, item, dropped);
  if (product === null)
    return mapping.failed(item, "medication-not-found", "medication");
  const isRequest = kind === "request";
  const medication = take(
    medicationSchema,
    {
      ...json,
      statusReason: listOf(json["statusReason"])[0],
      code: product.code,
      form: product.form,
      dosage: listOf(json[isRequest ? "dosageInstruction" : "dosage"]).map(
        dosageOf,
      ),
      period: json["effectivePeriod"],
      authoredOn: json[isRequest ? "authoredOn" : "dateAsserted"],
      reason: reasonsOf(mapping, item, dropped),
      source: {
        kind,
        intent: isRequest ? json["intent"] : undefined,
        display: displayOf(json[isRequest ? "requester" : "informationSource"]),
        reference: name,
      },
      note: noteOf(json),
      doNotPerform: json["doNotPerform"] === true ? true : undefined,
    },
    item.resource.resourceType,
    dropped,
  );
  if (medication === undefined || dropped.length > 0)
    return mapping.failed(item, "invalid-element", dropped[0]);
  putGroupEntry(
    draft,
    "prescribing",
    "medications",
    medication,
    item.index,
    identityOf(item.resource),
  );
  mapping.mapped(item);
}

/** What is given: its code, else the reference's own words, else what it is made of. */
function productOf(
  mapping: Mapping,
  item: Item,
  dropped: Dropped,
): Product | null {
  const { json } = item.resource;
  const concept = json["medicationCodeableConcept"];
  if (concept !== undefined) {
    const code = take(
      codeableConceptSchema,
      concept,
      "medicationCodeableConcept",
      dropped,
    );
    return code === undefined ? null : { code, form: undefined };
  }
  const reference = json["medicationReference"];
  const referent = follow(mapping, item, "medicationReference", ["Medication"]);
  if (referent.kind === "resource")
    mapping.mapped(mapping.itemOf(referent.resource));
  const found =
    referent.kind === "resource"
      ? referent.resource.json
      : referent.kind === "contained"
        ? referent.json
        : null;
  const display = displayOf(reference);
  const code =
    take(codeableConceptSchema, found?.["code"], "Medication.code", dropped) ??
    (display === undefined ? undefined : { text: display }) ??
    ingredientsOf(found);
  return code === undefined ? null : { code, form: found?.["form"] };
}

/** A mixture without a code of its own, by what is in it and how much of each. */
function ingredientsOf(found: JsonObject | null): CodeableConcept | undefined {
  const names = listOf(found?.["ingredient"]).flatMap((ingredient) => {
    if (!isJsonObject(ingredient)) return [];
    const [concept] = takeEach(
      codeableConceptSchema,
      ingredient["itemCodeableConcept"],
      "ingredient",
      [],
    );
    const name = concept?.text ?? concept?.coding?.[0]?.display;
    if (name === undefined) return [];
    const strength = take(ratioSchema, ingredient["strength"], "strength", []);
    if (strength === undefined) return [name];
    return [
      `${name} ${inWords(strength.numerator)} / ${inWords(strength.denominator)}`,
    ];
  });
  return names.length === 0 ? undefined : { text: names.join(" + ") };
}

function inWords({ value, unit, code }: Quantity): string {
  const label = unit ?? code;
  return label === undefined ? value : `${value} ${label}`;
}

function reasonsOf(
  mapping: Mapping,
  item: Item,
  dropped: Dropped,
): readonly CodeableConcept[] {
  const { json } = item.resource;
  const coded = takeEach(
    codeableConceptSchema,
    json["reasonCode"],
    "reasonCode",
    dropped,
  );
  const referred = listOf(json["reasonReference"]).flatMap((reference) => {
    const referent = follow(
      mapping,
      item,
      "reasonReference",
      ["Condition", "Observation"],
      reference,
    );
    const found =
      referent.kind === "resource" ? referent.resource.json["code"] : undefined;
    const display = displayOf(reference);
    const [code] = takeEach(
      codeableConceptSchema,
      found,
      "reasonReference",
      dropped,
    );
    return code !== undefined
      ? [code]
      : display === undefined
        ? []
        : [{ text: display }];
  });
  return [...coded, ...referred];
}

/** FHIR's choice elements and the nesting of `Timing.repeat` under the names that `dosageSchema` has for them. */
function dosageOf(dosage: unknown): unknown {
  if (!isJsonObject(dosage)) return dosage;
  const { timing } = dosage;
  const repeat =
    isJsonObject(timing) && isJsonObject(timing["repeat"])
      ? timing["repeat"]
      : {};
  return {
    ...dosage,
    asNeeded: dosage["asNeededCodeableConcept"] ?? dosage["asNeededBoolean"],
    timing: isJsonObject(timing)
      ? {
          ...repeat,
          code: timing["code"],
          event: timing["event"],
          bounds:
            repeat["boundsPeriod"] ??
            repeat["boundsDuration"] ??
            repeat["boundsRange"],
        }
      : timing,
  };
}
