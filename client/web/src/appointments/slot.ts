/** When and with whom an appointment is: as it was signed, every version while that is in conflict. */
import type {
  appointment,
  GroupContent,
  GroupReading,
  Participant,
} from "@suture/schema";
import type { RecordSnapshot, SutureRecord } from "@suture/client";

export type Slot = GroupContent<typeof appointment, "slot">;
export type SlotReading = GroupReading<
  (typeof appointment)["groups"]["slot"]["parts"]
>;
type AppointmentSnapshot = RecordSnapshot<typeof appointment>;

export function slotsOf(reading: SlotReading): readonly Slot[] {
  return reading.status === "settled"
    ? [reading.content]
    : reading.candidates.map(({ content }) => content);
}

/** The earliest that anybody signed; far ahead where there is none. */
export function startMsOf(snapshot: AppointmentSnapshot): number {
  return Math.min(
    ...slotsOf(snapshot.group("slot")).map(({ period }) =>
      period === null ? Infinity : Date.parse(period.start),
    ),
  );
}

/** Of one kind, those who take part. */
export function participantsOf<K extends Participant["kind"]>(
  { participants }: Slot,
  kind: K,
): readonly (Participant & { readonly kind: K })[] {
  return Object.values(participants).filter(
    (one): one is Participant & { readonly kind: K } => one.kind === kind,
  );
}

/**
 * Whether the server has taken every statement of the booking: it looks at the bookings of all clinics before it does. Until then a
 * booking is tentative, whatever else of the appointment is sent. SPEC AP-32.
 */
export function isChecked(record: SutureRecord<typeof appointment>): boolean {
  return record
    .history()
    .every(
      ({ state, edits }) =>
        state === "accepted" ||
        !edits.some(
          ({ kind, name }) => kind === "statement" && name === "slot",
        ),
    );
}
