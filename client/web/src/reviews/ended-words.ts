/** What a question that ended was about, and how it ended, in words. SPEC AP-68, AP-121. */
import type { ReviewSummary } from "../http/reviews-api.ts";
import type { Text } from "../text/en.ts";
import { nameWords, type Names } from "./word-parts.ts";

/** A group by its name, else what kind of question it was. */
export function questionWords(
  task: ReviewSummary["task"],
  names: Names,
  { reviews }: Text,
): string {
  return task.kind === "conflict"
    ? nameWords(task.group, names)
    : reviews.kindNames[task.kind];
}

export function endedWords(
  state: Extract<ReviewSummary["state"], { readonly isOpen: false }>,
  { reviews, common }: Text,
): string {
  const { at, outcomes } = reviews.earlier;
  return at(outcomes[state.outcome], common.dateTime(state.closedAtMs));
}
