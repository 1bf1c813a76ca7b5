/**
 * FHIR AllergyIntolerance and Condition into the patient's `prescribing` statement.
 *
 * Nothing clinical is guessed downwards: an allergy or a problem whose clinical status is missing counts as active, one whose
 * verification is missing as unconfirmed. A broken element fails the resource, for half an allergy may be worse than a report that it
 * could not be read. "No known allergy" beside an allergy of that kind does not stand: the allergy does, the assertion is reported.
 */
import { allergySchema, isAllergyEnded, type Allergy } from "../allergy.ts";
import { contradictsItself, deniedKind } from "../no-known-allergy.ts";
import { problemSchema } from "../problem.ts";
import { groupEntries, putGroupEntry, type OpenDraft } from "./draft-book.ts";
import { isJsonObject, textOf, type JsonObject } from "./fhir-json.ts";
import {
  identityOf,
  listOf,
  subjectDraft,
  type Item,
  type Mapping,
} from "./mapping.ts";
import { take, type Dropped } from "./take.ts";

export function mapAllergies(mapping: Mapping): void {
  const found = mapping.itemsOf("AllergyIntolerance").flatMap((item) => {
    const draft = subjectDraft(mapping, item, "patient");
    const allergy = draft === null ? null : allergyOf(mapping, item);
    return draft === null || allergy === null ? [] : [{ item, draft, allergy }];
  });
  const isAssertion = (allergy: Allergy) => deniedKind(allergy) !== null;
  // Allergies before assertions, so that an assertion meets all of them.
  for (const entry of found.filter(({ allergy }) => !isAssertion(allergy)))
    putAllergy(mapping, entry);
  for (const entry of found.filter(({ allergy }) => isAssertion(allergy))) {
    const current = Object.values(
      groupEntries(entry.draft, "prescribing", "allergies"),
    ).map((value) => allergySchema.parse(value));
    if (
      !isAllergyEnded(entry.allergy) &&
      contradictsItself([...current, entry.allergy])
    )
      mapping.failed(entry.item, "contradicts-allergies", "code");
    else putAllergy(mapping, entry);
  }
}

export function mapProblems(mapping: Mapping): void {
  for (const item of mapping.itemsOf("Condition")) {
    const draft = subjectDraft(mapping, item, "subject");
    if (draft === null) continue;
    const { json } = item.resource;
    const abatement =
      json["abatementDateTime"] ?? endOf(json["abatementPeriod"]);
    const verification = codeOf(json["verificationStatus"]);
    const isEnded =
      abatement !== undefined || json["abatementString"] !== undefined;
    const dropped: Dropped = [];
    const problem = take(
      problemSchema,
      {
        ...json,
        clinicalStatus:
          verification === "entered-in-error"
            ? undefined
            : (codeOf(json["clinicalStatus"]) ??
              (isEnded ? "resolved" : "active")),
        verificationStatus: verification,
        onset: json["onsetDateTime"] ?? startOf(json["onsetPeriod"]),
        abatement,
        note: noteOf(json),
        reference: item.resource.name,
      },
      "Condition",
      dropped,
    );
    if (problem === undefined || dropped.length > 0) {
      mapping.failed(item, failureOf(json), dropped[0]);
      continue;
    }
    putGroupEntry(
      draft,
      "prescribing",
      "problems",
      problem,
      item.index,
      identityOf(item.resource),
    );
    mapping.mapped(item);
  }
}

/** The code of a status, which FHIR R4 wraps in a concept; of the first coding, since a status has one. */
export function codeOf(concept: unknown): string | undefined {
  if (!isJsonObject(concept)) return textOf(concept) ?? undefined;
  const [coding] = listOf(concept["coding"]);
  return isJsonObject(coding)
    ? (textOf(coding["code"]) ?? undefined)
    : undefined;
}

/** All notes of a resource as one text, one below the other. */
export function noteOf(json: JsonObject): string | undefined {
  const texts = listOf(json["note"]).flatMap((note) => {
    const text = isJsonObject(note) ? textOf(note["text"]) : null;
    return text === null ? [] : [text];
  });
  return texts.length === 0 ? undefined : texts.join("\n");
}

export function startOf(period: unknown): unknown {
  return isJsonObject(period) ? period["start"] : undefined;
}

export function endOf(period: unknown): unknown {
  return isJsonObject(period) ? period["end"] : undefined;
}

/** A resource without a code says nothing; any other that cannot be taken says something we cannot read. */
function failureOf(json: JsonObject): "missing-element" | "invalid-element" {
  return json["code"] === undefined ? "missing-element" : "invalid-element";
}

function allergyOf(mapping: Mapping, item: Item): Allergy | null {
  const { json } = item.resource;
  const verification = codeOf(json["verificationStatus"]) ?? "unconfirmed";
  const dropped: Dropped = [];
  const allergy = take(
    allergySchema,
    {
      ...json,
      clinicalStatus:
        verification === "entered-in-error"
          ? undefined
          : (codeOf(json["clinicalStatus"]) ?? "active"),
      verificationStatus: verification,
      onset: json["onsetDateTime"] ?? startOf(json["onsetPeriod"]),
      reaction: listOf(json["reaction"]).map((reaction) =>
        isJsonObject(reaction)
          ? { ...reaction, note: noteOf(reaction) }
          : reaction,
      ),
      note: noteOf(json),
      reference: item.resource.name,
    },
    "AllergyIntolerance",
    dropped,
  );
  if (allergy !== undefined && dropped.length === 0) return allergy;
  mapping.failed(item, failureOf(json), dropped[0]);
  return null;
}

function putAllergy(
  mapping: Mapping,
  {
    item,
    draft,
    allergy,
  }: {
    readonly item: Item;
    readonly draft: OpenDraft;
    readonly allergy: Allergy;
  },
): void {
  putGroupEntry(
    draft,
    "prescribing",
    "allergies",
    allergy,
    item.index,
    identityOf(item.resource),
  );
  mapping.mapped(item);
}
