/**
 * Opens, changes, closes and reopens review tasks in the transaction of the change that made it necessary, each with its audit
 * entry, and collects what to tell. SPEC RV-1, RV-2.
 *
 * Asking the same question again changes nothing; a question that comes back after it was closed is the same task, reopened.
 */
import type {
  RecordId,
  ReviewId,
  ReviewOutcome,
  ReviewTask,
  ScopeId,
  WriteTransaction,
} from "@suture/schema";
import { canonicalize } from "@suture/schema";

import { appendAudit } from "../audit/append-audit.ts";
import type { AuditEntry, Signer } from "../audit/audit-entry.ts";
import {
  closedReviewsTable,
  openReviewsTable,
  reviewsByRecordTable,
  reviewsTable,
  type ReviewCause,
  type ReviewRow,
} from "./review-tables.ts";

/** A task before it is known when it was opened and how often it changed. */
export type AskedReview = ReviewTask extends infer T
  ? T extends ReviewTask
    ? Omit<T, "openedAtMs" | "revision">
    : never
  : never;

/** What changed. Each item names its own scope: tell it to those who replicate that one and may read the record's type. */
export interface ReviewDelta {
  /** New, changed or reopened. */
  readonly opened: readonly ReviewTask[];
  readonly closed: readonly {
    readonly reviewId: ReviewId;
    readonly outcome: ReviewOutcome;
    readonly scopeId: ScopeId;
    readonly recordType: string;
  }[];
}

/** How a task ended. */
export type Ending =
  | { readonly outcome: "agreed"; readonly signers: readonly Signer[] }
  | { readonly outcome: "resolved" | "superseded" };

export class ReviewBook {
  readonly #tx: WriteTransaction;
  readonly #atMs: number;
  readonly #cause: ReviewCause;
  readonly #opened: ReviewTask[] = [];
  readonly #closed: ReviewDelta["closed"][number][] = [];

  constructor(tx: WriteTransaction, atMs: number, cause: ReviewCause) {
    this.#tx = tx;
    this.#atMs = atMs;
    this.#cause = cause;
  }

  get delta(): ReviewDelta {
    return { opened: this.#opened, closed: this.#closed };
  }

  /** The open tasks about a record. */
  async openAbout(recordId: RecordId): Promise<readonly ReviewRow[]> {
    const rows: ReviewRow[] = [];
    for (const { key, value } of await this.#tx.scan(reviewsByRecordTable, {
      prefix: [recordId],
    })) {
      const reviewId = key[1];
      if (!value.isOpen || reviewId === undefined) continue;
      const row = await this.#tx.get(reviewsTable, [reviewId]);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  /** One question, as each scope concerned sees it: the same `reviewId` in all. */
  async ask(asked: readonly [AskedReview, ...AskedReview[]]): Promise<void> {
    const { reviewId } = asked[0];
    const held = await this.#tx.get(reviewsTable, [reviewId]);
    const isOpen = held?.state.isOpen === true;
    if (isOpen && isSameQuestion(held, asked)) return;
    const [first] = held?.tasks ?? [];
    const tasks = asked.map((task) => ({
      ...task,
      openedAtMs: isOpen && first ? first.openedAtMs : this.#atMs,
      revision: (first?.revision ?? 0) + 1,
    }));
    if (held !== undefined) await this.#takeOffLists(held);
    await this.#put({ tasks, state: { isOpen: true } });
    this.#opened.push(...tasks);
    const happened =
      held === undefined ? "opened" : isOpen ? "changed" : "reopened";
    for (const task of tasks)
      await this.#audit(task.scopeId, openingEntry(task, happened));
  }

  /** Whether it was open; otherwise nothing happens. */
  async close(reviewId: ReviewId, ending: Ending): Promise<boolean> {
    const held = await this.#tx.get(reviewsTable, [reviewId]);
    if (held?.state.isOpen !== true) return false;
    const { outcome } = ending;
    await this.#takeOffLists(held);
    await this.#put({
      tasks: held.tasks,
      state: {
        isOpen: false,
        outcome,
        closedAtMs: this.#atMs,
        by: this.#cause,
        ...(ending.outcome === "agreed" && {
          signerIds: [
            ...new Set(ending.signers.map(({ memberId }) => memberId)),
          ],
        }),
      },
    });
    for (const task of held.tasks) {
      const { scopeId, recordType } = task;
      this.#closed.push({ reviewId, outcome, scopeId, recordType });
      await this.#audit(scopeId, closingEntry(task, ending, this.#cause));
    }
    return true;
  }

  /** For what is logged though no task was open. */
  async note(scopeId: ScopeId, entry: AuditEntry): Promise<void> {
    await this.#audit(scopeId, entry);
  }

  async #audit(scopeId: ScopeId, entry: AuditEntry): Promise<void> {
    await appendAudit(this.#tx, { scopeId, atMs: this.#atMs }, entry);
  }

  async #put(row: ReviewRow): Promise<void> {
    const { state } = row;
    const { isOpen } = state;
    for (const { reviewId, scopeId, recordId, recordType } of row.tasks) {
      await this.#tx.put(reviewsTable, [reviewId], row);
      await this.#tx.put(reviewsByRecordTable, [recordId, reviewId], {
        isOpen,
      });
      if (state.isOpen)
        await this.#tx.put(openReviewsTable, [scopeId, reviewId], {
          recordType,
        });
      else
        await this.#tx.put(
          closedReviewsTable,
          [scopeId, state.closedAtMs, reviewId],
          {},
        );
    }
    for (const recordId of otherRecordsOf(row))
      await this.#tx.put(
        reviewsByRecordTable,
        [recordId, row.tasks[0]?.reviewId ?? ""],
        { isOpen },
      );
  }

  async #takeOffLists(row: ReviewRow): Promise<void> {
    const { state } = row;
    for (const { scopeId, reviewId } of row.tasks)
      if (state.isOpen)
        await this.#tx.delete(openReviewsTable, [scopeId, reviewId]);
      else
        await this.#tx.delete(closedReviewsTable, [
          scopeId,
          state.closedAtMs,
          reviewId,
        ]);
  }
}

/** Two appointments of one team are one task, found from either. */
function otherRecordsOf(row: ReviewRow): readonly RecordId[] {
  return row.tasks.flatMap((task) =>
    task.kind === "double-booking" ? [task.otherRecordId] : [],
  );
}

function isSameQuestion(
  held: ReviewRow,
  asked: readonly AskedReview[],
): boolean {
  const before = held.tasks.map(
    ({ openedAtMs: _openedAtMs, revision: _revision, ...task }) => task,
  );
  return canonicalize(before) === canonicalize([...asked]);
}

function openingEntry(
  task: ReviewTask,
  happened: "opened" | "changed" | "reopened",
): AuditEntry {
  const { reviewId, recordId, kind } = task;
  if (task.kind !== "conflict")
    return { event: "review-opened", reviewId, recordId, kind };
  const { group, candidates } = task;
  return {
    event: `conflict-${happened}`,
    reviewId,
    recordId,
    group,
    candidates,
  };
}

function closingEntry(
  task: ReviewTask,
  ending: Ending,
  cause: ReviewCause,
): AuditEntry {
  const { reviewId, recordId, kind } = task;
  const { outcome } = ending;
  if (task.kind === "conflict") {
    const about = { reviewId, recordId, group: task.group };
    if (outcome === "agreed")
      return {
        event: "conflict-agreed",
        ...about,
        signers: [...ending.signers],
      };
    if (outcome === "resolved") {
      const { hash, memberId } = cause;
      const settled = [...task.candidates];
      return { event: "conflict-resolved", ...about, hash, memberId, settled };
    }
  }
  return { event: "review-closed", reviewId, recordId, kind, outcome };
}
