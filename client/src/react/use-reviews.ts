import type { Client } from "../client.ts";
import type { Review } from "../review/reviews.ts";
import { FollowedReading } from "./followed-reading.ts";
import { isSameList } from "./keep-same.ts";
import { useFollowed } from "./use-followed.ts";

export interface ReviewList {
  /** Most critical first; null while it is not known. */
  readonly reviews: readonly Review[] | null;
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** Open questions that the person may read. SPEC RE-9. */
export function useReviews(): ReviewList {
  const { value, ...rest } = useFollowed(follow);
  return { reviews: value, ...rest };
}

function follow({ reviews }: Client): FollowedReading<readonly Review[]> {
  return new FollowedReading({
    read: () => reviews.list(),
    watch: (listener) => reviews.watch(listener),
    isSame: isSameList((before, now) => questionOf(before) === questionOf(now)),
  });
}

function questionOf(review: Review): string {
  return review.source === "server"
    ? `${review.task.reviewId} ${review.task.revision}`
    : `${review.recordId} ${review.group}`;
}
