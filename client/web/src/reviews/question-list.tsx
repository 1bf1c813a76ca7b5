import { Link } from "wouter";

import { useText } from "../text/use-text.ts";
import { Icon } from "../ui/icon.tsx";
import { useAnswerInShort } from "./answer-lines.tsx";
import { groupByOutage, type Outage } from "./group-by-outage.ts";
import { conflictOf, type Question } from "./read-queue.ts";
import { nameWords, type Names } from "./word-parts.ts";

/** The queue: care and safety first, and together what came back together. SPEC AP-61. */
export function QuestionList({
  questions,
  names,
}: {
  readonly questions: readonly Question[];
  readonly names: Names;
}) {
  const { reviews: text } = useText();
  return (
    <>
      {groupByOutage(questions).map(({ isSafety, outages }) => (
        <section key={String(isSafety)} className="queue-section">
          <h2>{isSafety ? text.safetySection : text.otherSection}</h2>
          {outages.map((outage) => (
            <OutageGroup
              key={outage.backFromMs ?? 0}
              outage={outage}
              names={names}
            />
          ))}
        </section>
      ))}
    </>
  );
}

function OutageGroup({
  outage,
  names,
}: {
  readonly outage: Outage<Question>;
  readonly names: Names;
}) {
  const { reviews: text, common } = useText();
  const { awayFromMs, backFromMs, backToMs, deviceIds, items } = outage;
  const isAway = awayFromMs !== null && backFromMs !== null;
  return (
    <section className="outage">
      <h3>
        <Icon name={isAway ? "cloudOff" : "person"} />
        <span>
          {isAway
            ? text.outage(
                deviceIds.length,
                common.dateTime(backFromMs),
                common.time(backToMs ?? backFromMs),
                common.time(backFromMs) === common.time(backToMs ?? backFromMs),
              )
            : text.noOutage}
        </span>
      </h3>
      <p className="hint">
        {[
          ...(isAway ? [text.outageSince(common.dateTime(awayFromMs))] : []),
          text.count(items.length),
        ].join(" · ")}
      </p>
      <ul className="questions">
        {items.map((question) => (
          <li key={question.reviewId}>
            <QuestionRow question={question} names={names} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Both answers stand in the row: no list shows one of them alone. */
function QuestionRow({
  question,
  names,
}: {
  readonly question: Question;
  readonly names: Names;
}) {
  const { reviews: text, common } = useText();
  const inShort = useAnswerInShort();
  const conflict = conflictOf(question, names, text);
  const { here, isOnThisDeviceOnly, openedAtMs } = question;
  return (
    <Link href={`/reviews/${question.reviewId}`} className="question-row">
      <span className="question-title">
        {conflict?.title ?? otherTitle(question, names, text)}
      </span>
      {conflict !== null && (
        <span className="question-answers">
          {conflict.answers.map(({ opId, lines }, at) => (
            <span key={opId}>
              {at > 0 && <em> {text.or} </em>}
              <strong>{inShort(lines)}</strong>
            </span>
          ))}
        </span>
      )}
      <span className="hint">
        {here === "answered"
          ? text.answeredHere
          : isOnThisDeviceOnly || openedAtMs === null
            ? text.onThisDevice
            : [
                text.openedAt(common.dateTime(openedAtMs)),
                ...(here === "incomplete" ? [text.incompleteHere] : []),
              ].join(" · ")}
      </span>
    </Link>
  );
}

export function otherTitle(
  { kind, recordId, otherRecordId, group }: Question,
  names: Names,
  text: ReturnType<typeof useText>["reviews"],
): string {
  const subject = names.record(recordId);
  if (kind === "conflict")
    return text.question(subject, [], nameWords(group ?? "", names));
  return text.otherQuestions[kind](
    subject,
    otherRecordId === null ? "" : names.record(otherRecordId),
  );
}
