/** What was settled or agreed lately, of whatever record: how, by whom, when. The server tells it. SPEC AP-121. */
import { useCallback } from "react";
import { Link } from "wouter";

import { ProblemNotice } from "../http/problem-notice.tsx";
import { listClosedReviews, type ReviewSummary } from "../http/reviews-api.ts";
import { useApi } from "../http/use-api.ts";
import { useAsked } from "../http/use-asked.ts";
import { useText } from "../text/use-text.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { MemberName } from "../ui/member-name.tsx";
import { endedWords, questionWords } from "./ended-words.ts";
import { useNames } from "./use-names.ts";
import type { Names } from "./word-parts.ts";

export function ClosedQuestions() {
  const { reviews: text, http } = useText();
  const api = useApi();
  const names = useNames();
  const ask = useCallback(() => listClosedReviews(api), [api]);
  const asked = useAsked(ask);
  const reviews = asked.value?.reviews;
  return (
    <>
      <p className="hint">{text.closed.intro}</p>
      {asked.state === "failed" && (
        <ProblemNotice problem={asked.problem} onAgain={asked.again} />
      )}
      {asked.state === "asking" && reviews === undefined && (
        <p>{http.asking}</p>
      )}
      {reviews?.length === 0 && <EmptyState title={text.closed.none} />}
      <ul className="closed-list">
        {reviews?.map((review) => (
          <li key={review.task.reviewId}>
            <ClosedQuestion review={review} names={names} />
          </li>
        ))}
      </ul>
    </>
  );
}

function ClosedQuestion({
  review: { task, state },
  names,
}: {
  readonly review: ReviewSummary;
  readonly names: Names;
}) {
  const text = useText();
  const { closed } = text.reviews;
  if (state.isOpen) return null;
  const { recordId } = task;
  const about = questionWords(task, names, text);
  const who = state.signerIds ?? [state.by.memberId];
  const to =
    task.kind === "conflict"
      ? `/reviews/${task.reviewId}?record=${recordId}&group=${task.group}`
      : `/reviews?record=${recordId}`;
  return (
    <Link href={to} className="card closed-question">
      <strong>{closed.about(names.record(recordId), about)}</strong>
      <span>
        <Icon name={state.outcome === "agreed" ? "checkTwice" : "check"} />{" "}
        {endedWords(state, text)}
      </span>
      <span className="hint">
        {closed.by}{" "}
        {who.map((memberId, at) => (
          <span key={memberId}>
            {at > 0 && ", "}
            <MemberName memberId={memberId} />
          </span>
        ))}
      </span>
    </Link>
  );
}
