import { z } from "zod";

import { longTextSchema, shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { dateTimeSchema, periodSchema } from "./date-time.ts";
import {
  decimalSchema,
  quantitySchema,
  rangeSchema,
  ratioSchema,
} from "./quantity.ts";

const periodUnitSchema = z.enum(["s", "min", "h", "d", "wk", "mo", "a"]);

/** FHIR R4 `Timing` and its `repeat` as one, for both say how often. `bounds` is a period, a duration or a range of durations. */
export const timingSchema = z.strictObject({
  text: shortTextSchema.exactOptional(),
  code: codeableConceptSchema.exactOptional(),
  event: z.array(dateTimeSchema).min(1).max(50).exactOptional(),
  bounds: z.union([periodSchema, quantitySchema, rangeSchema]).exactOptional(),
  count: z.int().positive().exactOptional(),
  countMax: z.int().positive().exactOptional(),
  duration: decimalSchema.exactOptional(),
  durationMax: decimalSchema.exactOptional(),
  durationUnit: periodUnitSchema.exactOptional(),
  frequency: z.int().positive().exactOptional(),
  frequencyMax: z.int().positive().exactOptional(),
  period: decimalSchema.exactOptional(),
  periodMax: decimalSchema.exactOptional(),
  periodUnit: periodUnitSchema.exactOptional(),
  dayOfWeek: z
    .array(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]))
    .min(1)
    .max(7)
    .exactOptional(),
  timeOfDay: z
    .array(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/))
    .min(1)
    .max(24)
    .exactOptional(),
  /** v3 TimingEvent and EventTiming codes: `AC`, `MORN`, `HS`. */
  when: z
    .array(z.string().regex(/^[A-Z]{1,5}(\.[a-z]{2,5})?$/))
    .min(1)
    .max(10)
    .exactOptional(),
  /** Minutes before or after `when`. */
  offset: z.int().nonnegative().exactOptional(),
});
export type Timing = z.infer<typeof timingSchema>;

/** FHIR R4 `Dosage.doseAndRate`: how much at a time, and how fast. */
export const doseAndRateSchema = z.strictObject({
  /** `ordered` or `calculated`. */
  type: codeableConceptSchema.exactOptional(),
  doseQuantity: quantitySchema.exactOptional(),
  doseRange: rangeSchema.exactOptional(),
  rateQuantity: quantitySchema.exactOptional(),
  rateRange: rangeSchema.exactOptional(),
  rateRatio: ratioSchema.exactOptional(),
});
export type DoseAndRate = z.infer<typeof doseAndRateSchema>;

/** FHIR R4 `Dosage`. A dose is never a bare number: it has a unit, or stands in `text`. */
export const dosageSchema = z
  .strictObject({
    sequence: z.int().nonnegative().exactOptional(),
    text: longTextSchema.exactOptional(),
    additionalInstruction: z
      .array(codeableConceptSchema)
      .min(1)
      .max(10)
      .exactOptional(),
    patientInstruction: longTextSchema.exactOptional(),
    timing: timingSchema.exactOptional(),
    asNeeded: z.union([z.boolean(), codeableConceptSchema]).exactOptional(),
    site: codeableConceptSchema.exactOptional(),
    route: codeableConceptSchema.exactOptional(),
    method: codeableConceptSchema.exactOptional(),
    doseAndRate: z.array(doseAndRateSchema).min(1).max(10).exactOptional(),
    maxDosePerPeriod: ratioSchema.exactOptional(),
    maxDosePerAdministration: quantitySchema.exactOptional(),
    maxDosePerLifetime: quantitySchema.exactOptional(),
  })
  .refine(
    (dosage) => Object.keys(dosage).length > 0,
    "a dosage says something",
  );
export type Dosage = z.infer<typeof dosageSchema>;
