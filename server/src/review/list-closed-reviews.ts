import type { Migration } from "@suture/schema";

import { closedReviewsTable, reviewsTable } from "./review-tables.ts";

/** Tasks that closed before the closed ones were listed. SPEC AP-179. */
export const listClosedReviews: Migration = {
  name: "list-closed-reviews",
  migrate: async (tx) => {
    for (const { key, value } of await tx.scan(reviewsTable)) {
      const { state, tasks } = value;
      if (state.isOpen) continue;
      for (const { scopeId } of tasks)
        await tx.put(
          closedReviewsTable,
          [scopeId, state.closedAtMs, ...key],
          {},
        );
    }
  },
};
