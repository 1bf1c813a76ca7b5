/**
 * A conflict as one question: its answers side by side, none preselected, each with who said it, where and when. It is answered at what
 * was shown; what arrives meanwhile is said, and looked at anew before anything is signed. SPEC AP-62 to AP-67.
 */
import { useState } from "react";

import {
  groupOf,
  mayResolve,
  maySign,
  type GroupDefinition,
} from "@suture/schema";
import { useGroup, useHistory } from "@suture/client/react";

import { useMe } from "../app/use-me.ts";
import { RecordTimeline } from "../audit/record-timeline.tsx";
import { deviceEntries } from "../audit/timeline-entries.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { AnswerCard } from "./answer-card.tsx";
import { AnswerLines } from "./answer-lines.tsx";
import { AnswerSigned } from "./answer-signed.tsx";
import {
  askConflict,
  type Conflict,
  type ConflictQuestion,
} from "./ask-conflict.ts";
import { ContentLines } from "./content-lines.tsx";
import { ownResolution, type OwnResolution } from "./own-resolution.ts";
import { OwnAnswerForm } from "./own-answer-form.tsx";
import { typeNamed } from "./read-queue.ts";
import { recordLabel } from "./record-label.ts";
import { RecordLink } from "./record-link.tsx";
import { marksOf } from "./safe-marks.ts";
import {
  signAnswer,
  type AnyRecord,
  type AnyReview,
  type SignedAnswer,
  type Verdict,
} from "./settle.ts";
import { Settled } from "./settled.tsx";
import { SignDialog } from "./sign-dialog.tsx";
import { useDeviceNames } from "./use-device-names.ts";
import type { Names } from "./word-parts.ts";

interface ViewProps {
  readonly record: AnyRecord;
  readonly group: string;
  readonly names: Names;
}

export function ConflictView({ record, group, names }: ViewProps) {
  const { reviews: text } = useText();
  const reading = useGroup(record, group);
  // As it was shown when the person began to look.
  const [review, setReview] = useState(() => record.review(group));
  const { membership } = useMe();
  // Whoever comes back to their own answer may still give another.
  const [signed, setSigned] = useState<OwnResolution | null>(() =>
    ownResolution(record, group, membership?.memberId),
  );
  const type = typeNamed(record.type);
  const definition = type && groupOf(type, group);
  if (definition === undefined) return <Notice>{text.notHere}</Notice>;
  const again = () => {
    setSigned(null);
    setReview(record.review(group));
  };
  if (reading.status === "settled" || review === null) {
    return (
      <>
        {signed !== null ? (
          <AnswerSigned
            record={record}
            names={names}
            signed={signed.answer}
            before={signed.before}
            definition={definition}
            onSigned={(answer) => setSigned({ ...signed, answer })}
          />
        ) : (
          <h1>{text.settled}</h1>
        )}
        {reading.status === "settled" ? (
          <Settled
            record={record}
            group={group}
            definition={definition}
            reading={reading}
            names={names}
          />
        ) : (
          <Notice tone="warning" isLive>
            <p>{text.moved}</p>
            <Button onPress={again}>{text.lookAgain}</Button>
          </Notice>
        )}
      </>
    );
  }
  return (
    <OpenQuestion
      record={record}
      group={group}
      names={names}
      definition={definition}
      review={review}
      isBehind={!isSameConflict(reading, review.reading)}
      onLookAgain={again}
      onSigned={(answer) => setSigned({ before: review, answer })}
    />
  );
}

function OpenQuestion({
  record,
  group,
  names,
  definition,
  review,
  isBehind,
  onLookAgain,
  onSigned,
}: ViewProps & {
  readonly definition: GroupDefinition;
  readonly review: AnyReview;
  readonly isBehind: boolean;
  readonly onLookAgain: () => void;
  onSigned(answer: SignedAnswer): void;
}) {
  const { reviews: text, common } = useText();
  const { roles } = useMe();
  const history = useHistory(record);
  const deviceName = useDeviceNames();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [isWriting, setWriting] = useState(false);
  const [hasHistory, setHasHistory] = useState(false);
  const subject = recordLabel(record, names) ?? names.text.thisRecord;
  const question = askConflict(
    { group, subject, names, text },
    review.reading,
    history,
  );
  const mayChoose = mayResolve(definition, roles);
  const { combination } = review.reading;
  const mayCombine =
    combination !== null &&
    maySign(definition, combination.touchedParts, roles);
  const untilThen = text.untilThenText[group];

  async function sign(reason: string): Promise<string | null> {
    if (verdict === null) return null;
    const done = await signAnswer(record, review, verdict, reason);
    if (!done.ok) {
      const { code, reason: why } = done.error;
      return common.saveProblem[code] ?? common.saveRefused(why);
    }
    setVerdict(null);
    onSigned(done.value);
    return null;
  }

  return (
    <>
      <h1>{question.title}</h1>
      <p className="question-about">
        <RecordLink
          recordId={record.id}
          recordType={record.type}
          names={names}
        />
      </p>
      {isBehind && (
        <Notice tone="warning" isLive>
          <p>{text.moved}</p>
          <Button onPress={onLookAgain}>{text.lookAgain}</Button>
        </Notice>
      )}
      <div className="answers">
        {question.answers.map((answer, at) => (
          <AnswerCard
            key={answer.opId}
            answer={answer}
            number={at + 1}
            marks={marksOf(definition, question, at)}
            deviceName={deviceName}
            {...(mayChoose && {
              onChoose: () => setVerdict({ kind: "choose", opId: answer.opId }),
            })}
          />
        ))}
      </div>
      <p className="hint">{text.agreed(question.agreedCount)}</p>
      {untilThen !== undefined && (
        <Notice title={text.untilThen}>
          <p>{untilThen}</p>
        </Notice>
      )}
      {!mayChoose && <Notice>{text.mayNotChoose}</Notice>}
      <div className="actions">
        {question.both !== null && mayCombine && (
          <Button onPress={() => setVerdict({ kind: "both" })}>
            {text.keepBoth}
          </Button>
        )}
        {mayChoose && (
          <Button
            onPress={() => setWriting(!isWriting)}
            aria-expanded={isWriting}
          >
            {text.neither}
          </Button>
        )}
        <Button
          look="quiet"
          onPress={() => setHasHistory(!hasHistory)}
          aria-expanded={hasHistory}
        >
          {hasHistory ? text.hideHistory : text.seeHistory}
        </Button>
      </div>
      {isWriting && (
        <OwnAnswerForm
          definition={definition}
          question={question}
          rows={review.reading.rows}
          names={names}
          about={`${record.id}/${group}`}
          onAnswer={(answer) => setVerdict({ kind: "own", answer })}
        />
      )}
      {hasHistory && (
        <RecordTimeline
          entries={deviceEntries(history, record.type)}
          names={names}
          deviceName={deviceName}
        />
      )}
      <SignDialog
        title={text.confirmTitle}
        confirm={text.sign}
        isOpen={verdict !== null}
        onClose={() => setVerdict(null)}
        onSign={sign}
        about={`${record.id}/${group}`}
      >
        {verdict !== null && (
          <VerdictWords
            verdict={verdict}
            definition={definition}
            question={question}
            names={names}
          />
        )}
      </SignDialog>
    </>
  );
}

/** What is about to be signed, and what is not taken. */
function VerdictWords({
  verdict,
  definition,
  question,
  names,
}: {
  readonly verdict: Verdict;
  readonly definition: GroupDefinition;
  readonly question: ConflictQuestion;
  readonly names: Names;
}) {
  const { reviews: text } = useText();
  return (
    <>
      <p>{text.confirmIntro}</p>
      <h3>{text.confirmRows}</h3>
      {verdict.kind === "choose" && (
        <AnswerLines
          lines={
            question.answers.find(({ opId }) => opId === verdict.opId)?.lines ??
            []
          }
        />
      )}
      {verdict.kind === "both" && question.both !== null && (
        <>
          <AnswerLines lines={question.both.lines} />
          <Notice tone={question.both.isOneStep ? "info" : "warning"}>
            {question.both.isOneStep
              ? text.keepBothHint
              : text.keepBothDangerous}
          </Notice>
        </>
      )}
      {verdict.kind === "own" && (
        <ContentLines
          definition={definition}
          content={verdict.answer.content}
          parts={[...new Set(question.contested.map(({ part }) => part))]}
          names={names}
        />
      )}
      {verdict.kind === "choose" && (
        <>
          <h3>{text.confirmAlso}</h3>
          {question.answers
            .filter(({ opId }) => opId !== verdict.opId)
            .map(({ opId, lines }) => (
              <AnswerLines key={opId} lines={lines} />
            ))}
        </>
      )}
    </>
  );
}

function isSameConflict(now: Conflict, before: Conflict): boolean {
  return (
    now.candidates.length === before.candidates.length &&
    now.candidates.every(({ opId }, at) => before.candidates[at]?.opId === opId)
  );
}
