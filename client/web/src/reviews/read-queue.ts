/** Open questions with the records they are about: what the queue shows of each, and when its answers were signed. SPEC AP-61. */
import {
  groupOf,
  reviewIdOf,
  sutureRecords,
  type Priority,
  type RecordId,
  type RecordType,
  type ReviewId,
  type ReviewKind,
  type ReviewTask,
} from "@suture/schema";
import type {
  Client,
  QuestionHere,
  Review,
  SutureRecord,
} from "@suture/client";

import { askConflict, type ConflictQuestion } from "./ask-conflict.ts";
import type { QueueItem } from "./group-by-outage.ts";
import { recordLabel } from "./record-label.ts";
import type { ReviewsText } from "../text/reviews.ts";
import type { Names } from "./word-parts.ts";

export interface Question extends QueueItem {
  readonly reviewId: ReviewId;
  readonly kind: ReviewKind;
  readonly recordId: RecordId;
  readonly recordType: string;
  /** Null where the question is not about one group's statements. */
  readonly group: string | null;
  readonly otherRecordId: RecordId | null;
  /** Null where the record is not on this device. */
  readonly record: SutureRecord<RecordType> | null;
  readonly isOnThisDeviceOnly: boolean;
  /** Of a conflict that the server has open: how it stands on this device, which may read none. Null of all else. */
  readonly here: "conflict" | QuestionHere | null;
}

/** Of these questions, in their order; one about a record that is not here is kept. */
export async function readQueue(
  client: Client,
  reviews: readonly Review[],
): Promise<readonly Question[]> {
  return Promise.all(
    reviews.map(async (review) => {
      const { recordId, recordType } =
        review.source === "server" ? review.task : review;
      const type = typeNamed(recordType);
      const found = type && (await client.records(type).get(recordId));
      return questionOf(review, found?.ok === true ? found.value : null);
    }),
  );
}

export function questionOf(
  review: Review,
  record: SutureRecord<RecordType> | null,
): Question {
  if (review.source === "device") {
    const { recordId, recordType, group } = review;
    return {
      reviewId: reviewIdOf({ kind: "conflict", recordId, group }),
      kind: "conflict",
      recordId,
      recordType,
      group,
      otherRecordId: null,
      record,
      isOnThisDeviceOnly: true,
      here: null,
      priority: priorityOf(recordType, group),
      openedAtMs: null,
      signed: signedIn(record, group),
    };
  }
  const { task } = review;
  const group = task.kind === "double-booking" ? "slot" : task.group;
  const isConflict = task.kind === "conflict";
  return {
    reviewId: task.reviewId,
    kind: task.kind,
    recordId: task.recordId,
    recordType: task.recordType,
    group: isConflict ? group : null,
    otherRecordId: task.kind === "double-booking" ? task.otherRecordId : null,
    record,
    isOnThisDeviceOnly: false,
    here: task.kind === "conflict" ? standingHere(task, record) : null,
    priority: priorityOf(task.recordType, group),
    openedAtMs: task.openedAtMs,
    signed: isConflict ? signedIn(record, group) : [],
  };
}

/** The conflict as a question; null where nothing is open any more, or the record is not here. */
export function conflictOf(
  { record, group }: Pick<Question, "record" | "group">,
  names: Names,
  text: ReviewsText,
): ConflictQuestion | null {
  if (record === null || group === null) return null;
  const reading = record.group(group);
  if (reading.status !== "conflict") return null;
  const subject = recordLabel(record, names) ?? names.text.thisRecord;
  return askConflict(
    { group, subject, names, text },
    reading,
    record.history(),
  );
}

export function typeNamed(name: string): RecordType | undefined {
  return sutureRecords.find(({ type }) => type === name);
}

function standingHere(
  { group, candidates }: Extract<ReviewTask, { readonly kind: "conflict" }>,
  record: SutureRecord<RecordType> | null,
): Question["here"] {
  if (record === null) return null;
  return record.group(group).status === "conflict"
    ? "conflict"
    : record.questionHere(group, candidates);
}

function priorityOf(recordType: string, group: string): Priority {
  const type = typeNamed(recordType);
  return (type && groupOf(type, group)?.priority) ?? 3;
}

function signedIn(
  record: SutureRecord<RecordType> | null,
  group: string,
): QueueItem["signed"] {
  const reading = record?.group(group);
  if (record === null || reading?.status !== "conflict") return [];
  const history = record.history();
  return reading.candidates.map(({ attribution }) => {
    const { deviceId, memberId, authoredAtMs } = attribution;
    const entry = history.find(
      (one) =>
        one.deviceId === deviceId &&
        one.memberId === memberId &&
        one.authoredAtMs === authoredAtMs,
    );
    return {
      deviceId,
      authoredAtMs,
      admittedAtMs: entry?.admittedAtMs ?? null,
    };
  });
}
