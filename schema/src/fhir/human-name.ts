import { z } from "zod";

import { shortTextSchema } from "./bounded-text.ts";
import { periodSchema } from "./date-time.ts";

export const nameUseSchema = z.enum([
  "usual",
  "official",
  "temp",
  "nickname",
  "anonymous",
  "old",
  "maiden",
]);

/** FHIR R4 `HumanName`: as text, in parts, or both. Parts keep the order in which they are said. */
export const humanNameSchema = z
  .strictObject({
    use: nameUseSchema.exactOptional(),
    text: shortTextSchema.exactOptional(),
    family: shortTextSchema.exactOptional(),
    given: z.array(shortTextSchema).min(1).max(10).exactOptional(),
    prefix: z.array(shortTextSchema).min(1).max(10).exactOptional(),
    suffix: z.array(shortTextSchema).min(1).max(10).exactOptional(),
    period: periodSchema.exactOptional(),
  })
  .refine(
    ({ text, family, given }) =>
      text !== undefined || family !== undefined || given !== undefined,
    "a name has a text, a family or a given name",
  );
export type HumanName = z.infer<typeof humanNameSchema>;

/** One line for a list or a heading: the text as given, else the parts in Western order. */
export function displayName(name: HumanName): string {
  if (name.text !== undefined) return name.text;
  return [
    ...(name.prefix ?? []),
    ...(name.given ?? []),
    ...(name.family === undefined ? [] : [name.family]),
    ...(name.suffix ?? []),
  ].join(" ");
}
