/**
 * "No known allergy" in SNOMED CT, and what each such assertion denies. Sources: HL7 FHIR R4 AllergyIntolerance examples
 * (nka, nkda, nkla) and the SNOMED CT hierarchy under 716186003.
 *
 * A general assertion denies every allergy; a particular one denies its kind only: "no known drug allergy" stands well beside
 * a nut allergy. Kinds are read from `category`, except latex, which FHIR has no category for.
 */
import type { Allergy, AllergyCategory } from "./allergy.ts";
import { hasCode, type CodeableConcept } from "./codeable-concept.ts";

export const snomedSystem = "http://snomed.info/sct";

/** What an assertion denies: everything, one FHIR category, or one kind of substance. */
export type DeniedKind =
  | "every"
  | Exclude<AllergyCategory, "biologic">
  | "latex"
  | "animal"
  | "insect";

const deniedKindsByCode: ReadonlyMap<string, DeniedKind> = new Map([
  ["716186003", "every"],
  ["409137002", "medication"],
  ["429625007", "food"],
  ["428607008", "environment"],
  ["716184000", "latex"],
  ["1003774007", "latex"],
  ["716220001", "animal"],
  ["428197003", "insect"],
]);

const latexCodes: ReadonlySet<string> = new Set([
  "111088007",
  "1003755004",
  "300916003",
]);

/** What this entry asserts to be absent, or null where it is an allergy. */
export function deniedKind(allergy: Allergy): DeniedKind | null {
  for (const { system, code } of allergy.code.coding ?? []) {
    const kind =
      system === snomedSystem ? deniedKindsByCode.get(code ?? "") : undefined;
    if (kind !== undefined) return kind;
  }
  return null;
}

/** Whether some entry asserts that there is no allergy of a kind that another entry is. */
export function contradictsItself(allergies: readonly Allergy[]): boolean {
  const present = allergies.filter((allergy) => deniedKind(allergy) === null);
  return allergies.some((assertion) => {
    const kind = deniedKind(assertion);
    return kind !== null && present.some((allergy) => isOfKind(allergy, kind));
  });
}

function isOfKind(allergy: Allergy, kind: DeniedKind): boolean {
  switch (kind) {
    case "every":
      return true;
    case "latex":
      return isLatex(allergy.code);
    case "animal":
    case "insect":
      // No code list is at hand that would tell every animal from every plant: a person has to see it.
      return false;
    default:
      return allergy.category?.includes(kind) ?? false;
  }
}

function isLatex(concept: CodeableConcept): boolean {
  const words = [
    concept.text ?? "",
    ...(concept.coding ?? []).map(({ display }) => display ?? ""),
  ];
  return (
    hasCode(concept, snomedSystem, latexCodes) ||
    words.some((text) => /\blatex\b/i.test(text))
  );
}
