/** What a manager looks at: open questions, work that is still out, and what was not accepted. SPEC AP-60 to AP-72. */
import { Link, useSearchParams } from "wouter";

import { reportReaders } from "@suture/schema";
import { useConnection } from "@suture/client/react";

import { useMe } from "../app/use-me.ts";
import { useTitle } from "../app/use-title.ts";
import "./reviews.css";
import { useText } from "../text/use-text.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Notice } from "../ui/notice.tsx";
import { ClosedQuestions } from "./closed-questions.tsx";
import { QuestionList } from "./question-list.tsx";
import { StrandedList } from "./stranded-list.tsx";
import { TeamWork } from "./team-work.tsx";
import { useNames } from "./use-names.ts";
import { useQueue } from "./use-queue.ts";

const views = ["questions", "closed", "team", "stranded"] as const;
type View = (typeof views)[number];

export function ReviewsPage() {
  const { reviews: text } = useText();
  const { roles } = useMe();
  const [search] = useSearchParams();
  useTitle(text.title);
  // What others still hold and what was refused is for those who run the organization.
  const runsIt = reportReaders.some((role) => roles.has(role));
  const offered: readonly View[] = runsIt ? views : ["questions", "closed"];
  const view = offered.find((one) => one === search.get("view")) ?? "questions";
  return (
    <div className="reviews">
      <h1>{text.title}</h1>
      <nav className="views" aria-label={text.tabs.label}>
        {offered.map((one) => (
          <Link
            key={one}
            href={one === "questions" ? "/reviews" : `/reviews?view=${one}`}
            className="view-link"
            {...(one === view && { "aria-current": "page" as const })}
          >
            {text.tabs[one]}
          </Link>
        ))}
      </nav>
      {view === "questions" && <Questions recordId={search.get("record")} />}
      {view === "closed" && <ClosedQuestions />}
      {view === "team" && <TeamWork />}
      {view === "stranded" && <StrandedList />}
    </div>
  );
}

function Questions({ recordId }: { readonly recordId: string | null }) {
  const { reviews: text } = useText();
  const { questions, hasFailed } = useQueue();
  const names = useNames();
  const { state } = useConnection();
  if (hasFailed) return <Notice tone="warning">{text.failed}</Notice>;
  if (questions === null) return <p>{text.loading}</p>;
  const shown = questions.filter(
    (question) =>
      recordId === null ||
      question.recordId === recordId ||
      question.otherRecordId === recordId,
  );
  return (
    <>
      <p className="hint">{text.intro}</p>
      {recordId !== null && (
        <p>
          {text.onlyAbout(names.record(recordId))}{" "}
          <Link href="/reviews">{text.back}</Link>
        </p>
      )}
      {shown.length > 0 ? (
        <QuestionList questions={shown} names={names} />
      ) : (
        <EmptyState title={text.empty}>
          {state !== "up-to-date" && <p>{text.emptyOffline}</p>}
        </EmptyState>
      )}
    </>
  );
}
