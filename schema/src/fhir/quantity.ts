/**
 * FHIR R4 `Quantity`, `Range` and `Ratio` with decimals as strings: 0.1 has no exact double, and 1.10 is not 1.1 to a
 * clinician (FHIR: the precision of a decimal is part of what it says).
 */
import { z } from "zod";

import { codeSchema, shortTextSchema, uriSchema } from "./bounded-text.ts";

/** Plain notation, at most 18 digits on either side of the point; trailing zeros are kept. */
export const decimalSchema = z
  .string()
  .max(38)
  .regex(/^-?(0|[1-9]\d{0,17})(\.\d{1,18})?$/);

export const quantitySchema = z.strictObject({
  value: decimalSchema,
  comparator: z.enum(["<", "<=", ">=", ">"]).exactOptional(),
  /** For people. */
  unit: shortTextSchema.exactOptional(),
  /** For machines, with `code`. */
  system: uriSchema.exactOptional(),
  code: codeSchema.exactOptional(),
});
export type Quantity = z.infer<typeof quantitySchema>;

export const rangeSchema = z
  .strictObject({
    low: quantitySchema.exactOptional(),
    high: quantitySchema.exactOptional(),
  })
  .refine(
    ({ low, high }) => low !== undefined || high !== undefined,
    "a range has an end",
  );
export type Range = z.infer<typeof rangeSchema>;

export const ratioSchema = z.strictObject({
  numerator: quantitySchema,
  denominator: quantitySchema,
});
export type Ratio = z.infer<typeof ratioSchema>;
