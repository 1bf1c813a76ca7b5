/** One question. SPEC AP-62 to AP-67. */
import { useEffect, useState } from "react";
import { Link, useSearchParams } from "wouter";

import { recordIdSchema, type RecordId } from "@suture/schema";

import { useTitle } from "../app/use-title.ts";
import { useFoundRecord } from "../audit/use-found-record.ts";
import "./reviews.css";
import { useText } from "../text/use-text.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { ConflictView } from "./conflict-view.tsx";
import { EarlierQuestions } from "./earlier-questions.tsx";
import { otherTitle } from "./question-list.tsx";
import type { Question } from "./read-queue.ts";
import { RecordLink } from "./record-link.tsx";
import { useNames } from "./use-names.ts";
import { useQueue } from "./use-queue.ts";

export function ReviewPage({ id }: { readonly id: string }) {
  const { reviews: text } = useText();
  useTitle(text.title);
  const { questions, hasFailed } = useQueue();
  const open = questions?.find(({ reviewId }) => reviewId === id) ?? null;
  // Once answered it leaves the queue; whoever answered it goes on seeing what became of it.
  const [shown, setShown] = useState<Question | null>(null);
  const question =
    open ?? (shown?.reviewId === id ? { ...shown, here: null } : null);
  useEffect(() => {
    if (open !== null) setShown(open);
  }, [open]);
  return (
    <div className="reviews">
      <p>
        <Link href="/reviews" className="back-link">
          <Icon name="back" /> {text.back}
        </Link>
      </p>
      {hasFailed && <Notice tone="warning">{text.failed}</Notice>}
      {question !== null ? (
        <OneQuestion question={question} key={question.reviewId} />
      ) : questions === null ? (
        <p>{text.loading}</p>
      ) : (
        <ClosedOrUnknown />
      )}
    </div>
  );
}

/** Which question it was, the address says: one that is closed is in no queue. */
function ClosedOrUnknown() {
  const { reviews: text } = useText();
  const [search] = useSearchParams();
  const recordId = recordIdSchema.safeParse(search.get("record"));
  const group = search.get("group");
  return recordId.success && group !== null ? (
    <ClosedQuestion recordId={recordId.data} group={group} />
  ) : (
    <EmptyState title={text.unknown} />
  );
}

function ClosedQuestion({
  recordId,
  group,
}: {
  readonly recordId: RecordId;
  readonly group: string;
}) {
  const { reviews: text } = useText();
  const names = useNames();
  const record = useFoundRecord(recordId);
  if (record === undefined) return <p>{text.loading}</p>;
  if (record === null) return <EmptyState title={text.unknown} />;
  return (
    <>
      <ConflictView record={record} group={group} names={names} />
      <EarlierQuestions recordId={recordId} names={names} />
    </>
  );
}

function OneQuestion({ question }: { readonly question: Question }) {
  const { reviews: text } = useText();
  const names = useNames();
  const { record, group, recordId, otherRecordId, kind, here } = question;
  const isWhole = record !== null && here !== "incomplete";
  if (kind === "conflict" && isWhole && group !== null)
    return (
      <>
        <ConflictView record={record} group={group} names={names} />
        <EarlierQuestions recordId={recordId} names={names} />
      </>
    );
  return (
    <>
      <h1>{otherTitle(question, names, text)}</h1>
      {kind === "conflict" ? (
        <Notice>{record === null ? text.notHere : text.notAllHere}</Notice>
      ) : (
        <p>{text.otherHow[kind]}</p>
      )}
      <ul className="record-links">
        {[recordId, ...(otherRecordId === null ? [] : [otherRecordId])].map(
          (each) => (
            <li key={each}>
              <RecordLink
                recordId={each}
                recordType={question.recordType}
                names={names}
              />
            </li>
          ),
        )}
      </ul>
      <EarlierQuestions recordId={recordId} names={names} />
    </>
  );
}
