/**
 * FHIR R4 Observation, the part that prescribing and servicing need: one numeric result. Readings add to one another and are
 * never contested; a wrong one is entered in error, and the right one is another reading.
 */
import { z } from "zod";

import { longTextSchema, shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { dateTimeSchema } from "./date-time.ts";
import { quantitySchema } from "./quantity.ts";

export const observationStatusSchema = z.enum([
  "registered",
  "preliminary",
  "final",
  "amended",
  "corrected",
  "cancelled",
  "entered-in-error",
  "unknown",
]);

export const loincSystem = "http://loinc.org";

/** A clinical measurement: weight, creatinine, eGFR; `code` in LOINC, the unit in UCUM. */
export const measurementSchema = z.strictObject({
  status: observationStatusSchema,
  code: codeableConceptSchema,
  value: quantitySchema,
  effectiveDateTime: dateTimeSchema.exactOptional(),
  note: longTextSchema.exactOptional(),
  /** The resource it was imported from. */
  reference: shortTextSchema.exactOptional(),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** A reading taken on equipment: hours run, battery capacity, a test voltage. */
export const readingSchema = z.strictObject({
  status: z.enum(["final", "entered-in-error"]),
  code: codeableConceptSchema,
  value: quantitySchema,
  effectiveDateTime: dateTimeSchema.exactOptional(),
  note: longTextSchema.exactOptional(),
});
export type Reading = z.infer<typeof readingSchema>;
