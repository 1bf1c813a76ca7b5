import { z } from "zod";

import { shortTextSchema, uriSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { periodSchema } from "./date-time.ts";
import { entryStatusSchema } from "./entry-status.ts";

/** FHIR R4 `Identifier` as an entry; unique within its `system`. */
export const identifierEntrySchema = z.strictObject({
  status: entryStatusSchema,
  use: z
    .enum(["usual", "official", "temp", "secondary", "old"])
    .exactOptional(),
  type: codeableConceptSchema.exactOptional(),
  system: uriSchema.exactOptional(),
  value: shortTextSchema,
  period: periodSchema.exactOptional(),
  /** Who issued it. */
  assigner: shortTextSchema.exactOptional(),
});
export type IdentifierEntry = z.infer<typeof identifierEntrySchema>;
