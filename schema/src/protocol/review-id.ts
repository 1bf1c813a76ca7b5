import { digest } from "../canonical/canonical-json.ts";
import { reviewIdSchema, type RecordId, type ReviewId } from "../ids.ts";
import type { ReviewTask } from "./review-task.ts";

/** What a task asks, without when it was asked or what the candidates are at the moment. */
export type ReviewQuestion =
  | {
      readonly kind: "conflict";
      readonly recordId: RecordId;
      readonly group: string;
    }
  | {
      readonly kind: "double-booking";
      readonly recordId: RecordId;
      readonly otherRecordId: RecordId;
      readonly actor: string;
    }
  | Pick<
      ReviewTask & { kind: "new-result" },
      "kind" | "recordId" | "group" | "statement" | "entryId"
    >
  | Pick<
      ReviewTask & { kind: "attendance" },
      "kind" | "recordId" | "group" | "statement" | "change"
    >;

/**
 * The same question has the same id on every device and after every restore: 128 bits of the digest of what it is about.
 * Which of two appointments one looks from makes no difference. SPEC RV-1.
 */
export function reviewIdOf(question: ReviewQuestion): ReviewId {
  return reviewIdSchema.parse(digest(subjectOf(question)).slice(0, 32));
}

function subjectOf(
  question: ReviewQuestion,
): Readonly<Record<string, string | string[]>> {
  const { kind, recordId } = question;
  switch (kind) {
    case "conflict":
      return { kind, recordId, group: question.group };
    case "double-booking":
      return {
        kind,
        recordIds: [recordId, question.otherRecordId].sort(),
        actor: question.actor,
      };
    case "new-result": {
      const { group, statement, entryId } = question;
      return { kind, recordId, group, statement, entryId };
    }
    case "attendance": {
      const { group, statement, change } = question;
      return { kind, recordId, group, statement, change };
    }
  }
}
