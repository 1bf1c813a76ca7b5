import type { ReviewTask, Store } from "@suture/schema";
import { openReviewsTable, reviewsTable } from "../../review/review-tables.ts";
import type { Access } from "./access.ts";

/** The open tasks of a person's scopes about records they may read, each once. SPEC SY-11. */
export async function readOpenReviews(
  store: Store,
  access: Access,
): Promise<readonly ReviewTask[]> {
  const tasksById = new Map<string, ReviewTask>();
  for (const { scopeId, organizationId, mayRead } of access.scopes.values()) {
    await store.read(organizationId, async (tx) => {
      const open = await tx.scan(openReviewsTable, { prefix: [scopeId] });
      for (const { key, value } of open) {
        if (!mayRead(value.recordType)) continue;
        const row = await tx.get(reviewsTable, [key[1] ?? ""]);
        const task = row?.tasks.find((seen) => seen.scopeId === scopeId);
        if (task !== undefined) tasksById.set(task.reviewId, task);
      }
    });
  }
  return [...tasksById.values()];
}
