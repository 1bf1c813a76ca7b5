/** What was asked about a record before and how it ended, agreements with the rest: the server tells it. SPEC AP-68. */
import { useCallback, useState } from "react";

import type { RecordId } from "@suture/schema";

import { MemberName } from "../ui/member-name.tsx";
import { ProblemNotice } from "../http/problem-notice.tsx";
import { listReviewsOf } from "../http/reviews-api.ts";
import { useApi } from "../http/use-api.ts";
import { useAsked } from "../http/use-asked.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { endedWords, questionWords } from "./ended-words.ts";
import type { Names } from "./word-parts.ts";

export function EarlierQuestions(props: {
  readonly recordId: RecordId;
  readonly names: Names;
}) {
  const { reviews: text } = useText();
  const [isShown, setShown] = useState(false);
  return (
    <section className="earlier">
      <Button
        look="quiet"
        onPress={() => setShown(!isShown)}
        aria-expanded={isShown}
      >
        {text.earlier.title}
      </Button>
      {isShown && <Earlier {...props} />}
    </section>
  );
}

function Earlier({
  recordId,
  names,
}: {
  readonly recordId: RecordId;
  readonly names: Names;
}) {
  const text = useText();
  const { earlier } = text.reviews;
  const api = useApi();
  const ask = useCallback(() => listReviewsOf(api, recordId), [api, recordId]);
  const asked = useAsked(ask);
  if (asked.state === "failed")
    return <ProblemNotice problem={asked.problem} onAgain={asked.again} />;
  if (asked.value === null) return <p>{text.http.asking}</p>;
  const closed = asked.value.reviews.flatMap(({ task, state }) =>
    state.isOpen ? [] : [{ task, state }],
  );
  if (closed.length === 0) return <p>{earlier.none}</p>;
  return (
    <ul className="earlier-list">
      {closed.map(({ task, state }) => (
        <li key={`${task.reviewId} ${state.closedAtMs}`}>
          <strong>{questionWords(task, names, text)}</strong>
          <span>
            {endedWords(state, text)} ·{" "}
            <MemberName memberId={state.by.memberId} />
          </span>
        </li>
      ))}
    </ul>
  );
}
