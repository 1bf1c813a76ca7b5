/**
 * FHIR R4 Appointment, split where concurrency asks for it: whether and when it is planned is the `slot`, signed as one; what
 * became of it is `attendance`, of which the furthest counts where people recorded it apart.
 *
 * | Appointment.status | slot.status | attendance |
 * |---|---|---|
 * | proposed, pending, waitlist | proposed | |
 * | booked | booked | |
 * | arrived, checked-in, fulfilled, noshow | booked | the same word |
 * | cancelled | cancelled | |
 * | entered-in-error | (as it was) | and `recordStatus` says entered-in-error |
 */
import { z } from "zod";

import { careReaders, careTeam } from "../access/role-lists.ts";
import { annotationSchema } from "../fhir/annotation.ts";
import { longTextSchema } from "../fhir/bounded-text.ts";
import { conceptEntrySchema } from "../fhir/codeable-concept.ts";
import { intervalSchema, type Interval } from "../fhir/date-time.ts";
import { encounterSchema } from "../fhir/encounter.ts";
import { isParticipantEnded, participantSchema } from "../fhir/participant.ts";
import {
  defineRecord,
  entries,
  group,
  ordered,
  scalar,
  set,
  value,
} from "./define-record.ts";
import { recordStatus } from "./record-status.ts";

export const slotStatusSchema = z.enum(["proposed", "booked", "cancelled"]);
export type SlotStatus = z.infer<typeof slotStatusSchema>;

/**
 * Of what two people saw, the furthest is read: somebody who was met at the door did not fail to come, so `noshow` gives way
 * to `arrived`. Words of FHIR's appointmentstatus, and `expected` for "nothing yet".
 */
export const attendanceOrder = [
  "expected",
  "noshow",
  "arrived",
  "checked-in",
  "fulfilled",
] as const;

export const appointment = defineRecord({
  type: "appointment",
  scope: "team",
  parent: "team",
  read: careReaders,
  create: careTeam,
  fields: {
    attendance: ordered(attendanceOrder, careTeam),
    description: scalar(longTextSchema, careTeam),
    serviceType: set(conceptEntrySchema, careTeam),
    reasonCode: set(conceptEntrySchema, careTeam),
    /** What took place, where an encounter is known. */
    encounter: set(encounterSchema, careTeam),
    notes: set(annotationSchema, careTeam, {
      appendOnlyUntil: "entered-in-error",
    }),
  },
  groups: {
    recordStatus: recordStatus(careTeam),
    /** Declared as 2; a client raises a booking within 24 hours to 1, by the clock that only it has. */
    slot: group({
      sign: careTeam,
      resolve: careTeam,
      priority: 2,
      parts: {
        status: value<SlotStatus>({
          schema: slotStatusSchema,
          initial: "proposed",
        }),
        period: value<Interval | null>({
          schema: intervalSchema.nullable(),
          initial: null,
        }),
        participants: entries({
          schema: participantSchema,
          isEnded: isParticipantEnded,
          whileContested: "stands",
          combinesFreely: false,
        }),
      },
      check: ({ status, period }) =>
        status === "booked" && period === null
          ? "A booked appointment has a start and an end."
          : null,
      contradictedBy: {
        field: "attendance",
        from: "arrived",
        isContradicted: (stated, seen) =>
          (stated.status === "cancelled" && seen.status !== "cancelled") ||
          stated.period?.start !== seen.period?.start ||
          stated.period?.end !== seen.period?.end,
      },
    }),
  },
});
