import { z } from "zod";

import { longTextSchema, shortTextSchema, uriSchema } from "./bounded-text.ts";
import { addressSchema } from "./address.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { contactPointSchema } from "./contact-point.ts";

/** FHIR R4 Location: a room, a theatre, a vehicle of a team. Its statuses, and ours for one that never was. */
export const locationSchema = z.strictObject({
  status: z.enum(["active", "suspended", "inactive", "entered-in-error"]),
  name: shortTextSchema,
  description: longTextSchema.exactOptional(),
  /** `bu` building, `ro` room, `ve` vehicle (location-physical-type). */
  physicalType: codeableConceptSchema.exactOptional(),
  type: z.array(codeableConceptSchema).min(1).max(10).exactOptional(),
  address: addressSchema.exactOptional(),
  telecom: z.array(contactPointSchema).min(1).max(10).exactOptional(),
  identifier: z
    .array(
      z.strictObject({
        system: uriSchema.exactOptional(),
        value: shortTextSchema,
      }),
    )
    .min(1)
    .max(10)
    .exactOptional(),
});
export type Location = z.infer<typeof locationSchema>;
