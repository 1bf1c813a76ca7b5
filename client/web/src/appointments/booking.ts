/** A booking as it is typed, and the slot it comes to. */
import {
  entryIdSchema,
  recordIdSchema,
  type Participant,
} from "@suture/schema";

import { instantOf } from "./local-day.ts";
import type { Slot } from "./slot.ts";

export interface Booking {
  readonly [name: string]: string;
  readonly teamId: string;
  readonly patientId: string;
  /** "" for nobody in particular. */
  readonly memberId: string;
  /** `<team id>/<location id>`, "" for none. */
  readonly room: string;
  readonly roomName: string;
  readonly date: string;
  readonly start: string;
  readonly minutes: string;
  readonly what: string;
}

export function emptyBooking(
  known: Pick<Booking, "patientId" | "date">,
): Booking {
  return {
    teamId: "",
    memberId: "",
    room: "",
    roomName: "",
    start: "",
    minutes: "30",
    what: "",
    patientId: known.patientId,
    date: known.date,
  };
}

export interface BookingProblems {
  readonly teamId: boolean;
  readonly patientId: boolean;
  readonly time: boolean;
  readonly any: boolean;
}

export function bookingProblems(booking: Booking): BookingProblems {
  const teamId = booking.teamId === "";
  const patientId = !recordIdSchema.safeParse(booking.patientId).success;
  const time = instantOf(booking.date, booking.start) === null;
  return { teamId, patientId, time, any: teamId || patientId || time };
}

/** Null while there is no time yet. Whoever is named is asked for; whom nobody chose is left out. */
export function slotOfBooking(
  { date, start, minutes, patientId, memberId, room, roomName }: Booking,
  newId: () => string,
): Slot | null {
  const startMs = instantOf(date, start);
  const lengthMs = Number(minutes) * 60_000;
  if (startMs === null || !(lengthMs > 0)) return null;
  const named = (
    kind: "patient" | "practitioner",
    id: string,
  ): readonly Participant[] => {
    const recordId = recordIdSchema.safeParse(id);
    return recordId.success
      ? [{ kind, recordId: recordId.data, status: "accepted" }]
      : [];
  };
  const participants = [
    ...named("patient", patientId),
    ...named("practitioner", memberId),
    ...roomOf(room, roomName),
  ];
  return {
    status: "booked",
    period: {
      start: new Date(startMs).toISOString(),
      end: new Date(startMs + lengthMs).toISOString(),
    },
    participants: Object.fromEntries(
      participants.map((participant) => [newId(), participant]),
    ),
  };
}

function roomOf(room: string, display: string): readonly Participant[] {
  const [team = "", locationId = ""] = room.split("/");
  const teamId = recordIdSchema.safeParse(team);
  const entryId = entryIdSchema.safeParse(locationId);
  return teamId.success && entryId.success
    ? [
        {
          kind: "location",
          teamId: teamId.data,
          locationId: entryId.data,
          display,
          status: "accepted",
        },
      ]
    : [];
}
