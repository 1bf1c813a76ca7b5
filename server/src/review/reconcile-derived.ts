/** Tasks that follow from what a record holds beside its live statements: new results, attendance. SPEC RV-4. */
import type { ReviewInput } from "./reconcile-reviews.ts";
import type { ReviewBook } from "./review-book.ts";

export async function reconcileDerived(
  _book: ReviewBook,
  _input: ReviewInput,
): Promise<void> {}
