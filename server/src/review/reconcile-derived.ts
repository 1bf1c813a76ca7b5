/**
 * Tasks that follow from what people recorded apart beside their statements: new results, attendance. Which there are is
 * computed by `deriveReviews` from the record's changes alone. SPEC RV-4.
 */
import { deriveReviews, reviewIdOf, type RecordType } from "@suture/schema";

import type { ReviewInput } from "./reconcile-reviews.ts";
import type { ReviewBook } from "./review-book.ts";

/** Of a change that `touchesAsked`. */
export async function reconcileDerived(
  book: ReviewBook,
  input: ReviewInput,
): Promise<void> {
  const { organizationId, scopeId, recordId, type, record, edits } = input;
  const open = (await book.openAbout(recordId)).flatMap(({ tasks }) =>
    tasks.filter(({ kind }) => kind === "new-result" || kind === "attendance"),
  );
  // Whoever has seen everything leaves nothing unseen: with one head nothing new can be asked.
  const isApart = record.index.heads().length > 1;
  if (!isApart && open.length === 0) return;

  const derived = deriveReviews(type, record.index, await record.loadFold());
  const asked = new Set<string>();
  for (const review of derived) {
    const question = { ...review, recordId };
    const reviewId = reviewIdOf(question);
    asked.add(reviewId);
    const about = { reviewId, organizationId, scopeId, recordType: type.type };
    await book.ask([{ ...about, ...question }]);
  }
  for (const task of open) {
    if (asked.has(task.reviewId)) continue;
    const isAnswered = edits.some(
      (edit) =>
        edit.kind === "statement" &&
        "group" in task &&
        edit.name === task.group,
    );
    await book.close(task.reviewId, {
      outcome: isAnswered ? "resolved" : "superseded",
    });
  }
}

/** Whether a change touches what such a task can be about. */
export function touchesAsked({ type, edits }: ReviewInput): boolean {
  const fields = askingFields(type);
  return edits.some((edit) => "name" in edit && fields.has(edit.name));
}

const askingFieldsByType = new WeakMap<RecordType, ReadonlySet<string>>();

/** The groups that can be asked about, and the fields that can raise a question about them. */
function askingFields(type: RecordType): ReadonlySet<string> {
  const known = askingFieldsByType.get(type);
  if (known !== undefined) return known;
  const fields = new Set(
    Object.entries(type.groups).flatMap(([name, group]) =>
      [group.basedOn, group.contradictedBy?.field].flatMap((field) =>
        field === undefined ? [] : [name, field],
      ),
    ),
  );
  askingFieldsByType.set(type, fields);
  return fields;
}
