import { useMemo } from "react";

import type { RecordId } from "@suture/schema";
import { useReviews } from "@suture/client/react";

/** Appointments of which the server says that somebody or something in them is wanted twice, and nobody has settled it. */
export function useOpenClashes(): ReadonlySet<RecordId> {
  const { reviews } = useReviews();
  return useMemo(
    () =>
      new Set(
        (reviews ?? []).flatMap((review) =>
          review.source === "server" && review.task.kind === "double-booking"
            ? [review.task.recordId, review.task.otherRecordId]
            : [],
        ),
      ),
    [reviews],
  );
}
