import { z } from "zod";

import { administration, everyone } from "../access/role-lists.ts";
import { addressEntrySchema } from "../fhir/address.ts";
import { annotationSchema } from "../fhir/annotation.ts";
import { shortTextSchema } from "../fhir/bounded-text.ts";
import { contactPointEntrySchema } from "../fhir/contact-point.ts";
import { identifierEntrySchema } from "../fhir/identifier.ts";
import { locationSchema } from "../fhir/location.ts";
import { defineRecord, scalar, set } from "./define-record.ts";
import { recordStatus } from "./record-status.ts";

/** A clinic or a service group: FHIR R4 Organization inside another. The owner of a scope. */
export const team = defineRecord({
  type: "team",
  scope: "organization",
  parent: "organization",
  read: everyone,
  create: ["admin"],
  fields: {
    name: scalar(shortTextSchema, administration),
    kind: scalar(z.enum(["clinic", "service-group"]), ["admin"]),
    identifiers: set(identifierEntrySchema, administration),
    telecom: set(contactPointEntrySchema, administration),
    address: set(addressEntrySchema, administration),
    /** Rooms, theatres, vehicles: what an appointment takes place in. */
    locations: set(locationSchema, administration),
    notes: set(annotationSchema, administration, {
      appendOnlyUntil: "entered-in-error",
    }),
  },
  groups: { recordStatus: recordStatus(["admin"]) },
});
