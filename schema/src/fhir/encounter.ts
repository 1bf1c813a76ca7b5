import { z } from "zod";

import { shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema, codingSchema } from "./codeable-concept.ts";
import { periodSchema } from "./date-time.ts";

/** FHIR R4 Encounter, the part that an appointment keeps of it: that it took place, when, and of what class. */
export const encounterSchema = z.strictObject({
  status: z.enum([
    "planned",
    "arrived",
    "triaged",
    "in-progress",
    "onleave",
    "finished",
    "cancelled",
    "entered-in-error",
    "unknown",
  ]),
  class: codingSchema.exactOptional(),
  type: z.array(codeableConceptSchema).min(1).max(10).exactOptional(),
  period: periodSchema.exactOptional(),
  /** The resource it was imported from. */
  reference: shortTextSchema.exactOptional(),
});
export type Encounter = z.infer<typeof encounterSchema>;
