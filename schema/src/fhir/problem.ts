import { z } from "zod";

import { longTextSchema, shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { dateTimeSchema } from "./date-time.ts";

export const problemClinicalStatusSchema = z.enum([
  "active",
  "recurrence",
  "relapse",
  "remission",
  "inactive",
  "resolved",
]);
export const problemVerificationStatusSchema = z.enum([
  "unconfirmed",
  "provisional",
  "differential",
  "confirmed",
  "refuted",
  "entered-in-error",
]);

/** FHIR R4 Condition as an entry of the `prescribing` statement. Its con-5: no clinical status on what was entered in error. */
export const problemSchema = z
  .strictObject({
    clinicalStatus: problemClinicalStatusSchema.exactOptional(),
    verificationStatus: problemVerificationStatusSchema.exactOptional(),
    code: codeableConceptSchema,
    category: z.array(codeableConceptSchema).min(1).max(5).exactOptional(),
    severity: codeableConceptSchema.exactOptional(),
    bodySite: z.array(codeableConceptSchema).min(1).max(10).exactOptional(),
    onset: dateTimeSchema.exactOptional(),
    abatement: dateTimeSchema.exactOptional(),
    recordedDate: dateTimeSchema.exactOptional(),
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
export type Problem = z.infer<typeof problemSchema>;

/** Remission stays current: the illness is expected back, and prescribing must know of it. */
export function isProblemEnded(problem: Problem): boolean {
  return (
    problem.clinicalStatus === "inactive" ||
    problem.clinicalStatus === "resolved" ||
    problem.verificationStatus === "refuted" ||
    problem.verificationStatus === "entered-in-error"
  );
}
