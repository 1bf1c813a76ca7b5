import { z } from "zod";

import { shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { periodSchema } from "./date-time.ts";
import { entryStatusSchema } from "./entry-status.ts";

/** FHIR R4 `Practitioner.qualification`: what somebody is trained and licensed to do. */
export const qualificationSchema = z.strictObject({
  status: entryStatusSchema,
  code: codeableConceptSchema,
  identifier: shortTextSchema.exactOptional(),
  issuer: shortTextSchema.exactOptional(),
  period: periodSchema.exactOptional(),
});
export type Qualification = z.infer<typeof qualificationSchema>;
