import {
  attendanceOrder,
  type appointment,
  type ContentOf,
} from "@suture/schema";

import type { Hospital } from "./hospital.ts";
import type { Pen } from "./pen.ts";
import { entryOf, type WayToWrite } from "./way-to-write.ts";

type Slot = ContentOf<(typeof appointment)["groups"]["slot"]["parts"]>;

const halfHourMs = 30 * 60_000;
const dayMs = 86_400_000;

/** One of few half hours: two who book apart often want the same. */
export function wantedPeriod(
  { nowMs }: Pick<Hospital, "nowMs">,
  pen: Pen,
): NonNullable<Slot["period"]> {
  const startMs = nowMs + 2 * dayMs + pen.random.between(0, 3) * halfHourMs;
  return {
    start: new Date(startMs).toISOString(),
    end: new Date(startMs + halfHourMs).toISOString(),
  };
}

/** What is written about an appointment. */
export function appointmentWriting(
  hospital: Pick<Hospital, "nowMs">,
): readonly WayToWrite<typeof appointment>[] {
  return [
    {
      target: "attendance",
      weight: 3,
      write(draft, pen) {
        const value = pen.random.pick(
          attendanceOrder.filter((one) => one !== draft.attendance),
        );
        draft.attendance = value;
        return { kind: "scalar", field: "attendance", value };
      },
    },
    {
      target: "description",
      weight: 2,
      write(draft, pen) {
        const value = pen.unique("Follow-up");
        draft.description = value;
        return { kind: "scalar", field: "description", value };
      },
    },
    {
      target: "notes",
      weight: 1,
      write({ notes }, pen) {
        const text = pen.unique("Rang back");
        return entryOf("notes", notes, notes.set({ status: "active", text }));
      },
    },
    {
      target: "slot",
      weight: 4,
      write({ slot }, pen) {
        slot.period = wantedPeriod(hospital, pen);
        slot.status = "booked";
        return "group";
      },
    },
    {
      target: "slot",
      weight: 2,
      write({ slot }) {
        slot.status =
          slot.status !== "cancelled" || slot.period === null
            ? "cancelled"
            : "booked";
        return "group";
      },
    },
    {
      target: "slot",
      weight: 2,
      write({ slot: { participants } }, pen) {
        participants.add({
          kind: "practitioner",
          status: "accepted",
          display: pen.unique("Student"),
        });
        return "group";
      },
    },
    {
      target: "slot",
      weight: 1,
      write({ slot: { participants } }, pen) {
        const entries = Object.entries(participants.entries);
        if (entries.length === 0) return null;
        const [entryId, participant] = pen.random.pick(entries);
        participants.end(entryId, { ...participant, status: "declined" });
        return "group";
      },
    },
  ];
}
