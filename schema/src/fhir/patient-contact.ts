import { z } from "zod";

import { addressSchema } from "./address.ts";
import { administrativeGenderSchema } from "./administrative.ts";
import { shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { contactPointSchema } from "./contact-point.ts";
import { periodSchema } from "./date-time.ts";
import { entryStatusSchema } from "./entry-status.ts";
import { humanNameSchema } from "./human-name.ts";

/** FHIR R4 `Patient.contact`: next of kin, guardian, emergency contact. With at least a name, a way to reach or an organization. */
export const patientContactSchema = z
  .strictObject({
    status: entryStatusSchema,
    relationship: z.array(codeableConceptSchema).min(1).max(10).exactOptional(),
    name: humanNameSchema.exactOptional(),
    telecom: z.array(contactPointSchema).min(1).max(10).exactOptional(),
    address: addressSchema.exactOptional(),
    gender: administrativeGenderSchema.exactOptional(),
    organization: shortTextSchema.exactOptional(),
    period: periodSchema.exactOptional(),
  })
  .refine(
    ({ name, telecom, address, organization }) =>
      [name, telecom, address, organization].some((part) => part !== undefined),
    "a contact has a name, a telecom, an address or an organization",
  );
export type PatientContact = z.infer<typeof patientContactSchema>;
