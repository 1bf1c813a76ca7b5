import { z } from "zod";

import { careReaders, careTeam } from "../access/role-lists.ts";
import { addressEntrySchema } from "../fhir/address.ts";
import {
  administrativeGenderSchema,
  careProviderSchema,
  communicationSchema,
  deceasedSchema,
  maritalStatusSchema,
  patientLinkSchema,
  type AdministrativeGender,
  type Deceased,
} from "../fhir/administrative.ts";
import { allergySchema, isAllergyEnded } from "../fhir/allergy.ts";
import { annotationSchema } from "../fhir/annotation.ts";
import { attachmentSchema } from "../fhir/attachment.ts";
import { contactPointEntrySchema } from "../fhir/contact-point.ts";
import { dateSchema } from "../fhir/date-time.ts";
import { humanNameSchema, type HumanName } from "../fhir/human-name.ts";
import { identifierEntrySchema } from "../fhir/identifier.ts";
import { isMedicationEnded, medicationSchema } from "../fhir/medication.ts";
import { contradictsItself } from "../fhir/no-known-allergy.ts";
import { measurementSchema } from "../fhir/observation.ts";
import { patientContactSchema } from "../fhir/patient-contact.ts";
import {
  cautiousPregnancy,
  pregnancySchema,
  type Pregnancy,
} from "../fhir/pregnancy.ts";
import { isProblemEnded, problemSchema } from "../fhir/problem.ts";
import {
  defineRecord,
  entries,
  group,
  scalar,
  set,
  value,
} from "./define-record.ts";
import { recordStatus } from "./record-status.ts";

/** FHIR R4 Patient, with what is prescribed and what must be known to prescribe. */
export const patient = defineRecord({
  type: "patient",
  scope: "organization",
  parent: "organization",
  read: careReaders,
  create: careTeam,
  fields: {
    telecom: set(contactPointEntrySchema, careTeam),
    address: set(addressEntrySchema, careTeam),
    contact: set(patientContactSchema, careTeam),
    communication: set(communicationSchema, careTeam),
    maritalStatus: scalar(maritalStatusSchema.nullable(), careTeam),
    generalPractitioner: set(careProviderSchema, careTeam),
    notes: set(annotationSchema, careTeam, {
      appendOnlyUntil: "entered-in-error",
    }),
    measurements: set(measurementSchema, ["clinician"], {
      appendOnlyUntil: "entered-in-error",
    }),
    attachments: set(attachmentSchema, careTeam),
  },
  groups: {
    recordStatus: recordStatus(careTeam),
    prescribing: group({
      sign: ["clinician"],
      resolve: ["clinician"],
      priority: 0,
      basedOn: "measurements",
      parts: {
        medications: entries({
          schema: medicationSchema,
          isEnded: isMedicationEnded,
          whileContested: "do-not-act",
          combinesFreely: false,
        }),
        allergies: entries({
          schema: allergySchema,
          isEnded: isAllergyEnded,
          whileContested: "stands",
          combinesFreely: false,
        }),
        problems: entries({
          schema: problemSchema,
          isEnded: isProblemEnded,
          whileContested: "stands",
          combinesFreely: false,
        }),
        pregnancy: value<Pregnancy | null>({
          schema: pregnancySchema.nullable(),
          initial: null,
          cautious: cautiousPregnancy,
        }),
      },
      check: ({ allergies }) =>
        contradictsItself(Object.values(allergies))
          ? "The list says that there is no known allergy of a kind, and names one of that kind."
          : null,
    }),
    identity: group({
      sign: careTeam,
      resolve: careTeam,
      priority: 2,
      parts: {
        name: value<readonly HumanName[]>({
          schema: z.array(humanNameSchema).max(20),
          initial: [],
        }),
        birthDate: value<string | null>({
          schema: dateSchema.nullable(),
          initial: null,
        }),
        gender: value<AdministrativeGender | null>({
          schema: administrativeGenderSchema.nullable(),
          initial: null,
        }),
        identifiers: entries({
          schema: identifierEntrySchema,
          isEnded: ({ status }) => status !== "active",
          whileContested: "stands",
          combinesFreely: true,
        }),
        deceased: value<Deceased | null>({
          schema: deceasedSchema.nullable(),
          initial: null,
        }),
        link: entries({
          schema: patientLinkSchema,
          isEnded: ({ status }) => status !== "active",
          whileContested: "stands",
          combinesFreely: false,
        }),
      },
    }),
  },
});
