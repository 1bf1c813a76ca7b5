import { directoryKeepers, everyone } from "../access/role-lists.ts";
import { addressEntrySchema } from "../fhir/address.ts";
import {
  administrativeGenderSchema,
  communicationSchema,
} from "../fhir/administrative.ts";
import { attachmentSchema } from "../fhir/attachment.ts";
import { shortTextSchema } from "../fhir/bounded-text.ts";
import { conceptEntrySchema } from "../fhir/codeable-concept.ts";
import { contactPointEntrySchema } from "../fhir/contact-point.ts";
import { qualificationSchema } from "../fhir/qualification.ts";
import { recordIdSchema } from "../ids.ts";
import { defineRecord, scalar, set } from "./define-record.ts";
import { recordStatus } from "./record-status.ts";

/**
 * FHIR R4 Practitioner and PractitionerRole as a directory entry of a member. Nothing here grants anything.
 * Kept by the office; that members write their own waits until permissions can say "their own".
 */
export const profile = defineRecord({
  type: "profile",
  scope: "organization",
  parent: "organization",
  read: everyone,
  create: directoryKeepers,
  fields: {
    memberId: scalar(recordIdSchema, directoryKeepers),
    name: scalar(shortTextSchema, directoryKeepers),
    gender: scalar(administrativeGenderSchema, directoryKeepers),
    telecom: set(contactPointEntrySchema, directoryKeepers),
    address: set(addressEntrySchema, directoryKeepers),
    qualification: set(qualificationSchema, directoryKeepers),
    /** `PractitionerRole.code` and `.specialty`. */
    function: set(conceptEntrySchema, directoryKeepers),
    specialty: set(conceptEntrySchema, directoryKeepers),
    languages: set(communicationSchema, directoryKeepers),
    photo: set(attachmentSchema, directoryKeepers),
  },
  groups: { recordStatus: recordStatus(directoryKeepers) },
});
