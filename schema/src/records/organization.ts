import { administration, everyone } from "../access/role-lists.ts";
import { addressEntrySchema } from "../fhir/address.ts";
import { annotationSchema } from "../fhir/annotation.ts";
import { shortTextSchema } from "../fhir/bounded-text.ts";
import { contactPointEntrySchema } from "../fhir/contact-point.ts";
import { identifierEntrySchema } from "../fhir/identifier.ts";
import { defineRecord, scalar, set } from "./define-record.ts";
import { recordStatus } from "./record-status.ts";

/** FHIR R4 Organization: the whole house. The one record without a parent; its scope is its own. */
export const organization = defineRecord({
  type: "organization",
  scope: "organization",
  parent: null,
  read: everyone,
  create: ["admin"],
  fields: {
    name: scalar(shortTextSchema, administration),
    identifiers: set(identifierEntrySchema, administration),
    telecom: set(contactPointEntrySchema, administration),
    address: set(addressEntrySchema, administration),
    notes: set(annotationSchema, administration, {
      appendOnlyUntil: "entered-in-error",
    }),
  },
  groups: { recordStatus: recordStatus(["admin"]) },
});
