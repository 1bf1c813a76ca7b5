/** FHIR R4 Device: value sets and entries of an equipment record. */
import { z } from "zod";

import {
  boundedText,
  longTextSchema,
  shortTextSchema,
} from "./bounded-text.ts";
import { dateTimeSchema } from "./date-time.ts";
import { entryStatusSchema } from "./entry-status.ts";

/** Whether the record of the device is in use; whether the device may be used is `fitness`. */
export const deviceStatusSchema = z.enum([
  "active",
  "inactive",
  "entered-in-error",
  "unknown",
]);
export type DeviceStatus = z.infer<typeof deviceStatusSchema>;

/** `Device.udiCarrier`: what the label says. */
export const udiCarrierSchema = z
  .strictObject({
    status: entryStatusSchema,
    /** UDI-DI: the model. */
    deviceIdentifier: shortTextSchema.exactOptional(),
    /** The whole label as people read it. */
    carrierHRF: boundedText(500).exactOptional(),
    entryType: z
      .enum(["barcode", "rfid", "manual", "card", "self-reported", "unknown"])
      .exactOptional(),
  })
  .refine(
    ({ deviceIdentifier, carrierHRF }) =>
      deviceIdentifier !== undefined || carrierHRF !== undefined,
    "a UDI has a device identifier or a label",
  );
export type UdiCarrier = z.infer<typeof udiCarrierSchema>;

/** From the best to the worst. Ours: FHIR R4 has no value set for whether a device may be used. */
export const operationalStatuses = [
  "in-service",
  "restricted",
  "out-of-service",
] as const;
export const operationalStatusSchema = z.enum(operationalStatuses);
export type OperationalStatus = z.infer<typeof operationalStatusSchema>;

export function worstOperationalStatus(
  values: readonly OperationalStatus[],
): OperationalStatus {
  return values.reduce<OperationalStatus>(
    (worst, value) =>
      operationalStatuses.indexOf(value) > operationalStatuses.indexOf(worst)
        ? value
        : worst,
    "in-service",
  );
}

/** Kept from use until somebody looked at it. */
export const quarantineSchema = z.strictObject({
  reason: longTextSchema,
  since: dateTimeSchema,
});
export type Quarantine = z.infer<typeof quarantineSchema>;

/** Of contested values one that quarantines, the longest-standing: who is right is settled before the device is used. */
export function standingQuarantine(
  values: readonly (Quarantine | null)[],
): Quarantine | null {
  const inForce = values.filter((value) => value !== null);
  const [first = null] = inForce.toSorted((left, right) =>
    sortKey(left) < sortKey(right) ? -1 : 1,
  );
  return first;
}

/** A recall, a field safety notice, a hazard found on site. */
export const safetyNoticeSchema = z.strictObject({
  status: z.enum(["active", "resolved", "entered-in-error"]),
  text: longTextSchema,
  issued: dateTimeSchema.exactOptional(),
  /** Who issued it, and under which number. */
  source: shortTextSchema.exactOptional(),
});
export type SafetyNotice = z.infer<typeof safetyNoticeSchema>;

function sortKey({ since, reason }: Quarantine): string {
  return `${since}\n${reason}`;
}
