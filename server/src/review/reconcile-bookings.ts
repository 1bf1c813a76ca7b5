/**
 * Double bookings: the same person, room or equipment wanted by two appointments at the same time, whichever teams they were
 * made in. Both stay; nobody wins by a clock. SPEC RV-5.
 *
 * Intervals are half-open, and every candidate of a contested slot counts. The organization's partition orders the check, so
 * of two bookings admitted side by side the later one always sees the earlier.
 */
import {
  appointment,
  recordIdSchema,
  reviewIdOf,
  type BusyInterval,
  type RecordId,
  type ScopeId,
  type WriteTransaction,
} from "@suture/schema";

import { bookedIntervals } from "./booked-intervals.ts";
import type { ReviewInput } from "./reconcile-reviews.ts";
import type { AskedReview, ReviewBook } from "./review-book.ts";
import {
  bookingsByRecordTable,
  bookingSpansTable,
  bookingsTable,
} from "./review-tables.ts";

/** What else is taken at the same time. */
interface Overlap {
  readonly actor: string;
  readonly recordId: RecordId;
}

/** Keys count from 0, and appointments are imported from before 1970: milliseconds since year 1. */
const yearOneMs = 62_135_596_800_000;

/** Of a change that `touchesBooking`. */
export async function reconcileBookings(
  tx: WriteTransaction,
  book: ReviewBook,
  input: ReviewInput,
): Promise<void> {
  const { recordId, scopeId, record } = input;
  const intervals = bookedIntervals(await record.loadFold());
  await replaceBookings(tx, { recordId, scopeId, intervals });

  const overlaps = await findOverlaps(tx, recordId, intervals);
  const asked = new Set<string>();
  for (const { actor, recordId: otherRecordId } of overlaps) {
    const other = await tx.get(bookingsByRecordTable, [otherRecordId]);
    if (other === undefined) continue;
    const tasks = tasksOf(input, actor, otherRecordId, other.scopeId);
    asked.add(tasks[0].reviewId);
    await book.ask(tasks);
  }
  for (const { tasks } of await book.openAbout(recordId)) {
    for (const task of tasks.slice(0, 1))
      if (task.kind === "double-booking" && !asked.has(task.reviewId))
        await book.close(task.reviewId, { outcome: "resolved" });
  }
}

/** Whether a change may change when an appointment keeps whom busy. */
export function touchesBooking({ type, edits }: ReviewInput): boolean {
  return (
    type.type === appointment.type &&
    edits.some(
      (edit) =>
        edit.kind === "statement" ||
        edit.kind === "parentId" ||
        (edit.kind === "field" && edit.name === "attendance"),
    )
  );
}

/** Seen from either side where the appointments are of different teams; from the lesser id's where one team sees both. */
function tasksOf(
  input: ReviewInput,
  actor: string,
  otherRecordId: RecordId,
  otherScopeId: ScopeId,
): readonly [AskedReview, ...AskedReview[]] {
  const { organizationId, recordId, scopeId, type } = input;
  const kind = "double-booking";
  const reviewId = reviewIdOf({ kind, recordId, otherRecordId, actor });
  const about = { reviewId, organizationId, recordType: type.type };
  const own = {
    ...about,
    kind,
    scopeId,
    recordId,
    otherRecordId,
    actor,
  } as const;
  const others = {
    ...own,
    scopeId: otherScopeId,
    recordId: otherRecordId,
    otherRecordId: recordId,
  };
  const [first, second] =
    recordId < otherRecordId ? [own, others] : [others, own];
  return scopeId === otherScopeId ? [first] : [first, second];
}

async function replaceBookings(
  tx: WriteTransaction,
  booked: {
    readonly recordId: RecordId;
    readonly scopeId: ScopeId;
    readonly intervals: readonly BusyInterval[];
  },
): Promise<void> {
  const { recordId, scopeId, intervals } = booked;
  const before = await tx.get(bookingsByRecordTable, [recordId]);
  for (const interval of before?.intervals ?? [])
    await tx.delete(bookingsTable, keyOf(interval, recordId));
  for (const interval of intervals) {
    await tx.put(bookingsTable, keyOf(interval, recordId), {});
    const span = await tx.get(bookingSpansTable, [interval.actor]);
    const longestMs = interval.endMs - interval.startMs;
    if (longestMs > (span?.longestMs ?? 0))
      await tx.put(bookingSpansTable, [interval.actor], { longestMs });
  }
  if (intervals.length > 0)
    await tx.put(bookingsByRecordTable, [recordId], {
      scopeId,
      intervals: [...intervals],
    });
  else if (before !== undefined)
    await tx.delete(bookingsByRecordTable, [recordId]);
}

function keyOf({ actor, startMs, endMs }: BusyInterval, recordId: RecordId) {
  return [actor, startMs + yearOneMs, recordId, endMs + yearOneMs];
}

/** Each pair of actor and other appointment once. */
async function findOverlaps(
  tx: WriteTransaction,
  recordId: RecordId,
  intervals: readonly BusyInterval[],
): Promise<readonly Overlap[]> {
  const found = new Map<string, Overlap>();
  for (const { actor, startMs, endMs } of intervals) {
    const span = await tx.get(bookingSpansTable, [actor]);
    const earliest = startMs + yearOneMs - (span?.longestMs ?? 0);
    const rows = await tx.scan(bookingsTable, {
      prefix: [actor],
      after: [actor, Math.max(0, earliest)],
      before: [actor, endMs + yearOneMs],
    });
    for (const { key } of rows) {
      const [, , other, end] = key;
      if (other === recordId || typeof end !== "number") continue;
      if (end <= startMs + yearOneMs) continue;
      const otherRecordId = recordIdSchema.parse(other);
      found.set(`${actor} ${otherRecordId}`, {
        actor,
        recordId: otherRecordId,
      });
    }
  }
  return [...found.values()];
}
