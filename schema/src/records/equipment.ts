/**
 * FHIR R4 Device, called equipment here because a device is a phone or a computer. Whether it may be used is `fitness`:
 * technicians take it out of service and return it, managers settle a contest, and until then the worst word counts.
 */
import { everyone, serviceTeam } from "../access/role-lists.ts";
import type { Role } from "../access/role.ts";
import { annotationSchema } from "../fhir/annotation.ts";
import { attachmentSchema } from "../fhir/attachment.ts";
import { shortTextSchema } from "../fhir/bounded-text.ts";
import { conceptEntrySchema } from "../fhir/codeable-concept.ts";
import { dateTimeSchema } from "../fhir/date-time.ts";
import {
  deviceStatusSchema,
  operationalStatusSchema,
  quarantineSchema,
  safetyNoticeSchema,
  standingQuarantine,
  udiCarrierSchema,
  worstOperationalStatus,
  type OperationalStatus,
  type Quarantine,
} from "../fhir/device.ts";
import { identifierEntrySchema } from "../fhir/identifier.ts";
import { readingSchema } from "../fhir/observation.ts";
import { entryIdSchema, recordIdSchema } from "../ids.ts";
import {
  counter,
  defineRecord,
  entries,
  group,
  scalar,
  set,
  value,
} from "./define-record.ts";
import { recordStatus } from "./record-status.ts";

/** Where it stands and how often it was used: whoever wheels it there may say so. */
const users: readonly Role[] = [
  "technician",
  "manager",
  "clinician",
  "receptionist",
];

export const equipment = defineRecord({
  type: "equipment",
  scope: "organization",
  parent: "organization",
  read: everyone,
  create: serviceTeam,
  fields: {
    deviceName: scalar(shortTextSchema, serviceTeam),
    udiCarrier: set(udiCarrierSchema, serviceTeam),
    identifiers: set(identifierEntrySchema, serviceTeam),
    status: scalar(deviceStatusSchema, serviceTeam),
    type: set(conceptEntrySchema, serviceTeam),
    manufacturer: scalar(shortTextSchema, serviceTeam),
    modelNumber: scalar(shortTextSchema, serviceTeam),
    serialNumber: scalar(shortTextSchema, serviceTeam),
    lotNumber: scalar(shortTextSchema, serviceTeam),
    manufactureDate: scalar(dateTimeSchema, serviceTeam),
    expirationDate: scalar(dateTimeSchema, serviceTeam),
    /** The team it belongs to. */
    teamId: scalar(recordIdSchema.nullable(), serviceTeam),
    /** An entry of that team's `locations`, or a place in words. */
    locationId: scalar(entryIdSchema.nullable(), users),
    locationText: scalar(shortTextSchema.nullable(), users),
    /** Whom it is implanted in or lent to. */
    patientId: scalar(recordIdSchema.nullable(), ["clinician", "manager"]),
    useCount: counter(users),
    readings: set(readingSchema, serviceTeam, {
      appendOnlyUntil: "entered-in-error",
    }),
    attachments: set(attachmentSchema, serviceTeam),
    notes: set(annotationSchema, users, {
      appendOnlyUntil: "entered-in-error",
    }),
  },
  groups: {
    recordStatus: recordStatus(["manager"]),
    fitness: group({
      sign: serviceTeam,
      resolve: ["manager"],
      priority: 0,
      parts: {
        operationalStatus: value<OperationalStatus>({
          schema: operationalStatusSchema,
          initial: "in-service",
          cautious: worstOperationalStatus,
        }),
        quarantine: value<Quarantine | null>({
          schema: quarantineSchema.nullable(),
          initial: null,
          cautious: standingQuarantine,
        }),
        safetyNotices: entries({
          schema: safetyNoticeSchema,
          isEnded: ({ status }) => status !== "active",
          whileContested: "stands",
          combinesFreely: true,
        }),
      },
    }),
  },
});
