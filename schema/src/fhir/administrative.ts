/** FHIR R4 value sets about who a person is, administratively. */
import { z } from "zod";

import { shortTextSchema } from "./bounded-text.ts";
import { dateTimeSchema } from "./date-time.ts";
import { entryStatusSchema } from "./entry-status.ts";
import { recordIdSchema } from "../ids.ts";

export const administrativeGenderSchema = z.enum([
  "male",
  "female",
  "other",
  "unknown",
]);
export type AdministrativeGender = z.infer<typeof administrativeGenderSchema>;

/** HL7 v3 MaritalStatus, with v3 NullFlavor `UNK`, as FHIR R4's `marital-status` has it. */
export const maritalStatusSchema = z.enum([
  "A",
  "D",
  "I",
  "L",
  "M",
  "P",
  "S",
  "T",
  "U",
  "W",
  "UNK",
]);
export type MaritalStatus = z.infer<typeof maritalStatusSchema>;

/** BCP 47 language tag. */
export const languageSchema = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/);

/** `Patient.communication` and `Practitioner.communication`. */
export const communicationSchema = z.strictObject({
  status: entryStatusSchema,
  language: languageSchema,
  preferred: z.boolean().exactOptional(),
});
export type Communication = z.infer<typeof communicationSchema>;

/** `Patient.deceased[x]`: whether, or when. */
export const deceasedSchema = z.union([z.boolean(), dateTimeSchema]);
export type Deceased = z.infer<typeof deceasedSchema>;

/** `Patient.link`: another record of the same person, or one that this record gives way to. */
export const patientLinkSchema = z.strictObject({
  status: entryStatusSchema,
  other: recordIdSchema,
  type: z.enum(["replaced-by", "replaces", "refer", "seealso"]),
});
export type PatientLink = z.infer<typeof patientLinkSchema>;

/** A person in charge: a member's record where there is one, a name where there is not. */
export const careProviderSchema = z
  .strictObject({
    status: entryStatusSchema,
    memberId: recordIdSchema.exactOptional(),
    display: shortTextSchema.exactOptional(),
  })
  .refine(
    ({ memberId, display }) => memberId !== undefined || display !== undefined,
    "a care provider is a member or has a name",
  );
export type CareProvider = z.infer<typeof careProviderSchema>;
