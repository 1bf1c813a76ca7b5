import { z } from "zod";

import { dateTimeSchema, dateSchema } from "./date-time.ts";

/** What an Observation of LOINC 82810-3 (pregnancy status) says. */
export const pregnancySchema = z.strictObject({
  status: z.enum(["pregnant", "possible", "unknown", "not-pregnant"]),
  effectiveDateTime: dateTimeSchema.exactOptional(),
  estimatedDueDate: dateSchema.exactOptional(),
});
export type Pregnancy = z.infer<typeof pregnancySchema>;

/** From the most careful to act on to the least; null is "nobody has said". */
const byCaution = ["pregnant", "possible", "unknown", null, "not-pregnant"];

/** Of contested statuses the one that keeps a possible child safe. */
export function cautiousPregnancy(
  values: readonly (Pregnancy | null)[],
): Pregnancy | null {
  for (const status of byCaution) {
    const found = values.find((value) => (value?.status ?? null) === status);
    if (found !== undefined) return found;
  }
  return null;
}
