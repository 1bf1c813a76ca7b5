/**
 * When an appointment is and how it stands. A slot is booked only where its source names two instants. Where it names days, or no end,
 * the slot stays a proposal without a time, and what is known stands beside it: no hour is made up.
 */
import type { attendanceOrder, SlotStatus } from "../../records/appointment.ts";
import { intervalSchema, isDateTime, type Interval } from "../date-time.ts";
import { identityOfActor, type Actor } from "./appointment-actors.ts";
import {
  putField,
  putGroupEntry,
  putGroupValue,
  type OpenDraft,
} from "./draft-book.ts";
import { textOf } from "./fhir-json.ts";
import { compact, type Item, type Mapping } from "./mapping.ts";

export type Attendance = (typeof attendanceOrder)[number];

/** What FHIR says in one status. */
export interface Standing {
  readonly slot: SlotStatus;
  readonly attendance: Attendance;
}

export function putSlot(
  mapping: Mapping,
  draft: OpenDraft,
  item: Item,
  { slot, attendance }: Standing,
  interval: Interval | null,
  participants: readonly Actor[],
): void {
  const status = slot === "booked" && interval === null ? "proposed" : slot;
  putGroupValue(draft, "slot", "status", status, item.index);
  putGroupValue(draft, "slot", "period", interval, item.index);
  for (const { participant } of participants) {
    const isTaken = putGroupEntry(
      draft,
      "slot",
      "participants",
      compact(participant),
      item.index,
      identityOfActor(participant),
    );
    if (!isTaken) mapping.warn(item, "dropped-element", "participant");
  }
  putField(draft, "attendance", attendance, item.index);
}

/** Two instants in UTC, or null where either is missing, a mere date, or not before the other. */
export function intervalOf(start: unknown, end: unknown): Interval | null {
  const from = instantOf(start);
  const until = instantOf(end);
  if (from === null || until === null) return null;
  const interval = intervalSchema.safeParse({ start: from, end: until });
  return interval.success ? interval.data : null;
}

function instantOf(value: unknown): string | null {
  const text = textOf(value);
  if (text === null || !text.includes("T") || !isDateTime(text)) return null;
  const atMs = Date.parse(text);
  // A leap second is a FHIR dateTime and no JavaScript date.
  return Number.isNaN(atMs) ? null : new Date(atMs).toISOString();
}
