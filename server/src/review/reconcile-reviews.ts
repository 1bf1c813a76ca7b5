/**
 * Keeps the review tasks of one record as its changes say they should be, in the transaction that admits a change.
 *
 * Guarantees: which tasks are open, and about what, follows from the set of admitted changes alone; no order of admission
 * makes another. (When a task was opened, and how often it changed, does depend on it: that is its history.) Nothing is
 * decided here: a task closes by a resolution, by agreement, or because what it asked about is gone. SPEC RV-1 to RV-6.
 *
 * To be called after the change is in the record's index, its bytes and statements among the rows. No document is loaded;
 * changes are decoded only where a task other than a conflict of content is possible.
 */
import {
  groupOf,
  isConflict,
  lastSeenByAll,
  reviewIdOf,
  type ChangeHash,
  type ChangeIndex,
  type Edit,
  type OpId,
  type RecordFold,
  type RecordId,
  type RecordType,
  type ScopeId,
  type StatementSource,
  type WriteTransaction,
} from "@suture/schema";

import type { Signer } from "../audit/audit-entry.ts";
import { reconcileBookings, touchesBooking } from "./reconcile-bookings.ts";
import { reconcileDerived, touchesAsked } from "./reconcile-derived.ts";
import { ReviewBook, type ReviewDelta } from "./review-book.ts";
import type { ReviewCause } from "./review-tables.ts";

/** What is needed of a record: `RecordView` has it. */
export interface ReviewedRecord extends StatementSource {
  readonly index: ChangeIndex;
  loadStatements(opIds: readonly OpId[]): Promise<void>;
  loadFold(heads?: readonly ChangeHash[]): Promise<RecordFold>;
}

export interface ReviewInput {
  readonly organizationId: RecordId;
  /** Where the record is after this change. */
  readonly scopeId: ScopeId;
  readonly recordId: RecordId;
  readonly type: RecordType;
  /** The server's clock. */
  readonly atMs: number;
  readonly record: ReviewedRecord;
  readonly edits: readonly Edit[];
  readonly cause: ReviewCause;
}

export async function reconcileReviews(
  tx: WriteTransaction,
  input: ReviewInput,
): Promise<ReviewDelta> {
  const { hash, memberId, deviceId } = input.cause;
  const book = new ReviewBook(tx, input.atMs, { hash, memberId, deviceId });
  if (input.edits.some((edit) => edit.kind === "parentId"))
    await followMove(book, input);
  for (const edit of input.edits)
    if (edit.kind === "statement")
      await reconcileConflict(book, input, edit.name);
  if (touchesAsked(input)) await reconcileDerived(book, input);
  if (touchesBooking(input)) await reconcileBookings(tx, book, input);
  return book.delta;
}

async function reconcileConflict(
  book: ReviewBook,
  input: ReviewInput,
  groupName: string,
): Promise<void> {
  const { organizationId, scopeId, recordId, type, record, edits } = input;
  const group = groupOf(type, groupName);
  if (group === undefined) return;
  const question = { kind: "conflict", recordId, group: groupName } as const;
  const reviewId = reviewIdOf(question);
  const live = record.index.live(groupName);
  await loadWithBase(record, live);
  if (isConflict(group, live, record)) {
    const recordType = type.type;
    const about = { reviewId, organizationId, scopeId, recordType };
    await book.ask([{ ...about, ...question, candidates: [...live] }]);
    return;
  }
  if (live.length > 1) {
    const signers = live.map((opId) => signerOf(opId, record));
    const wasOpen = await book.close(reviewId, { outcome: "agreed", signers });
    const event = "conflict-agreed";
    // Agreed before anybody was asked: several said the same without seeing each other, and all of them are on record.
    if (!wasOpen)
      await book.note(scopeId, {
        event,
        reviewId,
        recordId,
        group: groupName,
        signers,
      });
    return;
  }
  const isResolution = edits.some((edit) => edit.kind === "resolution");
  await book.close(reviewId, {
    outcome: isResolution ? "resolved" : "superseded",
  });
}

/** Loads live statements and those back to the last one that all their authors had seen. */
async function loadWithBase(
  record: ReviewedRecord,
  live: readonly OpId[],
): Promise<void> {
  await record.loadStatements(live);
  for (let seen = live; seen.length > 1;) {
    seen = lastSeenByAll(record, seen);
    await record.loadStatements(seen);
  }
}

function signerOf(opId: OpId, source: StatementSource): Signer {
  const { memberId, deviceId } = source.statementOf(opId).attribution;
  return { opId, memberId, deviceId };
}

/** Tasks go where the record goes. */
async function followMove(book: ReviewBook, input: ReviewInput): Promise<void> {
  const { scopeId, recordId } = input;
  for (const { tasks } of await book.openAbout(recordId)) {
    const [first, ...others] = tasks.map(
      ({ openedAtMs: _openedAtMs, revision: _revision, ...task }) =>
        task.recordId === recordId ? { ...task, scopeId } : task,
    );
    if (first !== undefined) await book.ask([first, ...others]);
  }
}
