/** Allergies as entries of a statement: new ones, ones that no longer hold, and that none is known. */
import type { Allergy, AllergyCategory } from "@suture/schema";

export type AllergyKind = "substance" | "none" | "noneToDrugs";
export type AllergyStatus =
  "active" | "resolved" | "refuted" | "entered-in-error";

const snomedSystem = "http://snomed.info/sct";
/** 716186003 "No known allergy", 409137002 "No known drug allergy". */
const denials = { none: "716186003", noneToDrugs: "409137002" } as const;

/** That somebody asked and there is none, which an empty list does not say. */
export function denialOf(
  kind: "none" | "noneToDrugs",
  text: string,
  recordedDate: string,
): Allergy {
  return {
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    code: { coding: [{ system: snomedSystem, code: denials[kind] }], text },
    recordedDate,
  };
}

export function newAllergy({
  substance,
  category,
  criticality,
  reaction,
  recordedDate,
}: {
  readonly substance: string;
  readonly category: AllergyCategory;
  readonly criticality: "high" | "low" | "unable-to-assess";
  readonly reaction: string;
  readonly recordedDate: string;
}): Allergy {
  const seen = reaction.trim();
  return {
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    code: { text: substance.trim() },
    category: [category],
    criticality,
    ...(seen !== "" && { reaction: [{ manifestation: [{ text: seen }] }] }),
    recordedDate,
  };
}

/** The same allergy with another standing; what was entered in error has no clinical status (FHIR ait-2). */
export function changedAllergy(
  allergy: Allergy,
  status: AllergyStatus,
): Allergy {
  const { verificationStatus, ...others } = withoutClinicalStatus(allergy);
  switch (status) {
    case "active":
      return { ...others, verificationStatus, clinicalStatus: "active" };
    case "resolved":
      return { ...others, verificationStatus, clinicalStatus: "resolved" };
    case "refuted":
      return {
        ...others,
        verificationStatus: "refuted",
        clinicalStatus: "inactive",
      };
    case "entered-in-error":
      return { ...others, verificationStatus: "entered-in-error" };
  }
}

function withoutClinicalStatus(allergy: Allergy): Allergy {
  const { clinicalStatus, ...others } = allergy;
  return clinicalStatus === undefined ? allergy : others;
}
