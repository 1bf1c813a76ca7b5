/**
 * FHIR R4 AllergyIntolerance as an entry of the `prescribing` statement. "No known allergy" is an entry too, coded in
 * SNOMED CT: an assertion that somebody made, where an empty list says only that nobody asked (`no-known-allergy.ts`).
 */
import { z } from "zod";

import { longTextSchema, shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { dateTimeSchema } from "./date-time.ts";

export const allergyClinicalStatusSchema = z.enum([
  "active",
  "inactive",
  "resolved",
]);
export const allergyVerificationStatusSchema = z.enum([
  "unconfirmed",
  "confirmed",
  "refuted",
  "entered-in-error",
]);
export const allergyCategorySchema = z.enum([
  "food",
  "medication",
  "environment",
  "biologic",
]);
export type AllergyCategory = z.infer<typeof allergyCategorySchema>;

export const allergyReactionSchema = z.strictObject({
  substance: codeableConceptSchema.exactOptional(),
  manifestation: z.array(codeableConceptSchema).min(1).max(20),
  description: longTextSchema.exactOptional(),
  onset: dateTimeSchema.exactOptional(),
  severity: z.enum(["mild", "moderate", "severe"]).exactOptional(),
  exposureRoute: codeableConceptSchema.exactOptional(),
  note: longTextSchema.exactOptional(),
});
export type AllergyReaction = z.infer<typeof allergyReactionSchema>;

/** FHIR's ait-1 and ait-2: a clinical status, except on what was entered in error, which must not have one. */
export const allergySchema = z
  .strictObject({
    clinicalStatus: allergyClinicalStatusSchema.exactOptional(),
    verificationStatus: allergyVerificationStatusSchema,
    code: codeableConceptSchema,
    type: z.enum(["allergy", "intolerance"]).exactOptional(),
    category: z.array(allergyCategorySchema).min(1).max(4).exactOptional(),
    criticality: z.enum(["low", "high", "unable-to-assess"]).exactOptional(),
    onset: dateTimeSchema.exactOptional(),
    recordedDate: dateTimeSchema.exactOptional(),
    lastOccurrence: dateTimeSchema.exactOptional(),
    reaction: z.array(allergyReactionSchema).min(1).max(20).exactOptional(),
    note: longTextSchema.exactOptional(),
    /** The resource it was imported from. */
    reference: shortTextSchema.exactOptional(),
  })
  .refine(
    ({ clinicalStatus, verificationStatus }) =>
      (clinicalStatus === undefined) ===
      (verificationStatus === "entered-in-error"),
    "a clinical status, unless it was entered in error",
  );
export type Allergy = z.infer<typeof allergySchema>;

/** Inactive and resolved both say that the person is no longer at risk (FHIR R4 allergyintolerance-clinical). */
export function isAllergyEnded(allergy: Allergy): boolean {
  return (
    allergy.clinicalStatus === "inactive" ||
    allergy.clinicalStatus === "resolved" ||
    allergy.verificationStatus === "refuted" ||
    allergy.verificationStatus === "entered-in-error"
  );
}
