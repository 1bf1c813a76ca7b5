/** When an appointment takes part in double bookings. SPEC RV-5. */
import {
  appointment,
  busyIntervals,
  readFields,
  readGroup,
  type BusyInterval,
  type RecordFold,
} from "@suture/schema";

const { slot, recordStatus } = appointment.groups;

/**
 * Every interval that any candidate of the slot takes. None once the appointment took place: what is over wants nothing, and
 * a history that is imported raises no questions. None if it was entered in error.
 */
export function bookedIntervals(fold: RecordFold): readonly BusyInterval[] {
  if (readFields(appointment, fold)["attendance"] === "fulfilled") return [];
  const status = readGroup(recordStatus, fold.live("recordStatus"), fold);
  const isInError =
    status.status === "settled" && status.content.status === "entered-in-error";
  if (isInError) return [];
  return busyIntervals(readGroup(slot, fold.live("slot"), fold));
}
