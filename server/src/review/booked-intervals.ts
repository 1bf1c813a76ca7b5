/** When an appointment keeps whom busy, as double bookings are judged. SPEC RV-5. */
import {
  groupOf,
  intervalSchema,
  participantSchema,
  readFields,
  readGroup,
  type Content,
  type RecordFold,
  type RecordType,
} from "@suture/schema";

/** Half-open, in milliseconds since the Unix epoch; `actor` is a record's id, or `<team>/<location>`. */
export interface BusyInterval {
  readonly actor: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Every interval that any candidate of the slot books, for each of its participants that are records. None once it took
 * place (what is over wants nothing), was cancelled, or was entered in error.
 */
export function bookedIntervals(
  type: RecordType,
  fold: RecordFold,
): readonly BusyInterval[] {
  if (readFields(type, fold)["attendance"] === "fulfilled") return [];
  const isInError = contentsOf(type, fold, "recordStatus").every(
    (content) => content["status"] === "entered-in-error",
  );
  if (isInError) return [];
  const intervals = contentsOf(type, fold, "slot").flatMap(intervalsOf);
  const byText = new Map(
    intervals.map((interval) => [Object.values(interval).join(" "), interval]),
  );
  return [...byText].sort().map(([, interval]) => interval);
}

/** The settled content, or every candidate's. */
function contentsOf(
  type: RecordType,
  fold: RecordFold,
  name: string,
): readonly Content[] {
  const group = groupOf(type, name);
  if (group === undefined) return [];
  const reading = readGroup(group, fold.live(name), fold);
  const contents =
    reading.status === "settled"
      ? [reading.content]
      : reading.candidates.map((candidate) => candidate.content);
  // Of a group named at run time only the general form is known.
  return contents as readonly Content[];
}

function intervalsOf(slot: Content): readonly BusyInterval[] {
  const period = intervalSchema.safeParse(slot["period"]);
  if (slot["status"] !== "booked" || !period.success) return [];
  const startMs = Date.parse(period.data.start);
  const endMs = Date.parse(period.data.end);
  return Object.values(slot["participants"] ?? {}).flatMap((stated) => {
    const participant = participantSchema.safeParse(stated);
    if (!participant.success) return [];
    if (participant.data.required === "information-only") return [];
    const { data } = participant;
    if (data.kind !== "location")
      return data.recordId === undefined
        ? []
        : [{ actor: data.recordId, startMs, endMs }];
    return data.teamId === undefined || data.locationId === undefined
      ? []
      : [{ actor: `${data.teamId}/${data.locationId}`, startMs, endMs }];
  });
}
