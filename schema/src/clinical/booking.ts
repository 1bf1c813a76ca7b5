/**
 * Who and what an appointment keeps busy, for finding double bookings across clinics. While a slot is contested every
 * candidate's time counts: nobody wins by being later. SPEC CF-17.
 */
import { isParticipantEnded, type Participant } from "../fhir/participant.ts";
import type { appointment } from "../records/appointment.ts";
import type { GroupReading } from "./read-group.ts";

type SlotReading = GroupReading<
  (typeof appointment)["groups"]["slot"]["parts"]
>;

/** Half-open: from `startMs` up to, not including, `endMs` (Unix epoch). */
export interface BusyInterval {
  /** `patient:<id>`, `practitioner:<id>`, `equipment:<id>` or `location:<team id>/<location id>`. */
  readonly actor: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Each interval once, sorted. A proposed slot is busy, a cancelled one is not. Who declined, was taken off, is only informed,
 * or has nothing but a name keeps no time.
 */
export function busyIntervals(reading: SlotReading): readonly BusyInterval[] {
  const contents =
    reading.status === "settled"
      ? [reading.content]
      : reading.candidates.map(({ content }) => content);
  const busy = contents.flatMap(({ status, period, participants }) => {
    if (status === "cancelled" || period === null) return [];
    const startMs = Date.parse(period.start);
    const endMs = Date.parse(period.end);
    return Object.values(participants).flatMap((participant) => {
      const actor = busyActor(participant);
      return actor === null ? [] : [{ actor, startMs, endMs }];
    });
  });
  const distinct = new Map(
    busy.map((interval) => [textOf(interval), interval]),
  );
  return [...distinct]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, interval]) => interval);
}

/** Whether two intervals of the same actor claim the same time; one that begins as another ends does not. */
export function overlaps(left: BusyInterval, right: BusyInterval): boolean {
  return (
    left.actor === right.actor &&
    left.startMs < right.endMs &&
    right.startMs < left.endMs
  );
}

function busyActor(participant: Participant): string | null {
  if (
    isParticipantEnded(participant) ||
    participant.required === "information-only"
  ) {
    return null;
  }
  if (participant.kind !== "location") {
    const { kind, recordId } = participant;
    return recordId === undefined ? null : `${kind}:${recordId}`;
  }
  const { teamId, locationId } = participant;
  return teamId === undefined || locationId === undefined
    ? null
    : `location:${teamId}/${locationId}`;
}

function textOf({ actor, startMs, endMs }: BusyInterval): string {
  return `${actor} ${startMs} ${endMs}`;
}
