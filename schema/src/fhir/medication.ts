/**
 * A medication as a patient's `prescribing` statement holds it: what FHIR R4 says with a MedicationRequest or a
 * MedicationStatement, under their names. Both become one kind of entry, because whoever prescribes reads them as one list.
 */
import { z } from "zod";

import { longTextSchema, shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { dateTimeSchema, periodSchema } from "./date-time.ts";
import { dosageSchema } from "./dosage.ts";

/** The union of both resources' value sets. Ours to read: current ones first, then those that end an entry. */
export const medicationStatusSchema = z.enum([
  "active",
  "on-hold",
  "draft",
  "intended",
  "unknown",
  "completed",
  "stopped",
  "cancelled",
  "not-taken",
  "entered-in-error",
]);
export type MedicationStatus = z.infer<typeof medicationStatusSchema>;

/** Where the entry comes from: an order, what somebody says is taken, or a plan that nobody ordered. */
export const medicationSourceSchema = z.strictObject({
  kind: z.enum(["request", "statement"]),
  /** `MedicationRequest.intent`. */
  intent: z
    .enum([
      "proposal",
      "plan",
      "order",
      "original-order",
      "reflex-order",
      "filler-order",
      "instance-order",
      "option",
    ])
    .exactOptional(),
  /** Who asked for it or who says so. */
  display: shortTextSchema.exactOptional(),
  /** The resource it was imported from. */
  reference: shortTextSchema.exactOptional(),
});
export type MedicationSource = z.infer<typeof medicationSourceSchema>;

/** No dosage means that none was given, never "none needed". */
export const medicationSchema = z.strictObject({
  status: medicationStatusSchema,
  statusReason: codeableConceptSchema.exactOptional(),
  code: codeableConceptSchema,
  /** What it is made as: tablet, syrup. */
  form: codeableConceptSchema.exactOptional(),
  dosage: z.array(dosageSchema).min(1).max(20).exactOptional(),
  /** When it is or was taken: a period, or a time at which it was. */
  period: periodSchema.exactOptional(),
  effectiveDateTime: dateTimeSchema.exactOptional(),
  authoredOn: dateTimeSchema.exactOptional(),
  reason: z.array(codeableConceptSchema).min(1).max(20).exactOptional(),
  source: medicationSourceSchema,
  note: longTextSchema.exactOptional(),
  /** `MedicationRequest.doNotPerform`: an order not to give it. */
  doNotPerform: z.literal(true).exactOptional(),
});
export type Medication = z.infer<typeof medicationSchema>;

const endedStatuses: ReadonlySet<MedicationStatus> = new Set([
  "completed",
  "stopped",
  "cancelled",
  "not-taken",
  "entered-in-error",
]);

export function isMedicationEnded(medication: Medication): boolean {
  return endedStatuses.has(medication.status);
}
