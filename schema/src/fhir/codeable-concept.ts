import { z } from "zod";

import {
  codeSchema,
  labelSchema,
  shortTextSchema,
  uriSchema,
} from "./bounded-text.ts";
import { entryStatusSchema } from "./entry-status.ts";

export const codingSchema = z
  .strictObject({
    system: uriSchema.exactOptional(),
    version: shortTextSchema.exactOptional(),
    code: codeSchema.exactOptional(),
    display: labelSchema.exactOptional(),
  })
  .refine(
    ({ code, display }) => code !== undefined || display !== undefined,
    "a coding has a code or a display",
  );
export type Coding = z.infer<typeof codingSchema>;

const conceptShape = {
  coding: z.array(codingSchema).min(1).max(20).exactOptional(),
  /** What was said or chosen, in words. */
  text: labelSchema.exactOptional(),
};

/** FHIR R4 `CodeableConcept`: codes, words, or both; never neither. */
export const codeableConceptSchema = z
  .strictObject(conceptShape)
  .refine(hasMeaning, "a concept has a coding or a text");
export type CodeableConcept = z.infer<typeof codeableConceptSchema>;

/** A concept as an entry of a merging set. */
export const conceptEntrySchema = z
  .strictObject({ status: entryStatusSchema, ...conceptShape })
  .refine(hasMeaning, "a concept has a coding or a text");
export type ConceptEntry = z.infer<typeof conceptEntrySchema>;

export function hasCode(
  concept: CodeableConcept,
  system: string,
  codes: ReadonlySet<string>,
): boolean {
  return (concept.coding ?? []).some(
    (coding) =>
      coding.system === system &&
      coding.code !== undefined &&
      codes.has(coding.code),
  );
}

function hasMeaning(concept: { coding?: unknown; text?: unknown }): boolean {
  return concept.coding !== undefined || concept.text !== undefined;
}
