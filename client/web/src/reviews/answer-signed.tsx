/** After signing: what was said, and the way to sign another answer instead. SPEC AP-67. */
import { useState } from "react";

import type { Content, GroupDefinition } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { ContentLines } from "./content-lines.tsx";
import type { AnsweredQuestion } from "./own-resolution.ts";
import { signInstead, type AnyRecord, type SignedAnswer } from "./settle.ts";
import { SignDialog } from "./sign-dialog.tsx";
import type { Names } from "./word-parts.ts";

export function AnswerSigned({
  record,
  names,
  signed,
  before,
  definition,
  onSigned,
}: {
  readonly record: AnyRecord;
  readonly names: Names;
  readonly signed: SignedAnswer;
  /** The question as it was answered. */
  readonly before: AnsweredQuestion;
  readonly definition: GroupDefinition;
  onSigned(answer: SignedAnswer): void;
}) {
  const { reviews: text, common } = useText();
  const [isUndoing, setUndoing] = useState(false);
  const [isUndone, setUndone] = useState(false);
  const [content, setContent] = useState<Content | null>(null);
  const { rows, candidates, combination } = before.reading;
  const parts = [
    ...new Set(rows.filter((row) => !row.isAgreed).map(({ part }) => part)),
  ];
  const { verdict } = signed;
  const others = [
    ...candidates.flatMap((candidate, at) =>
      verdict.kind === "choose" && verdict.opId === candidate.opId
        ? []
        : [
            {
              key: candidate.opId,
              heading: text.answerHeading(at + 1),
              // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the general form of the same content
              content: candidate.content as Content,
            },
          ],
    ),
    ...(combination === null || verdict.kind === "both"
      ? []
      : [
          {
            key: "both",
            heading: text.keepBoth,
            content: combination.content,
          },
        ]),
  ];

  async function sign(reason: string): Promise<string | null> {
    if (content === null) return null;
    const done = await signInstead(
      record,
      before.group,
      signed,
      content,
      text.undoReason(reason),
    );
    if (!done.ok) {
      if (done.error.code === "superseded") return text.undoTooLate;
      const { code, reason: why } = done.error;
      return common.saveProblem[code] ?? common.saveRefused(why);
    }
    setContent(null);
    setUndoing(false);
    setUndone(true);
    onSigned(done.value);
    return null;
  }

  return (
    <>
      <h1>{text.signed}</h1>
      <Notice tone="good" isLive>
        <p>{isUndone ? text.undoDone : text.signedText}</p>
        {!isUndoing && !isUndone && (
          <Button onPress={() => setUndoing(true)}>{text.undo}</Button>
        )}
      </Notice>
      {isUndoing && (
        <section className="undo">
          <h2>{text.undoTitle}</h2>
          <p>{text.undoText}</p>
          <div className="answers">
            {others.map((other) => (
              <article
                key={other.key}
                className="answer"
                aria-label={other.heading}
              >
                <p className="answer-number">{other.heading}</p>
                <ContentLines
                  definition={definition}
                  content={other.content}
                  parts={parts}
                  names={names}
                />
                <Button
                  onPress={() => setContent(other.content)}
                  aria-label={`${text.choose}: ${other.heading}`}
                >
                  {text.choose}
                </Button>
              </article>
            ))}
          </div>
          <Button look="quiet" onPress={() => setUndoing(false)}>
            {text.cancel}
          </Button>
        </section>
      )}
      <SignDialog
        title={text.confirmTitle}
        confirm={text.sign}
        isOpen={content !== null}
        onClose={() => setContent(null)}
        onSign={sign}
        about={`${record.id}/${before.group}/instead`}
      >
        {content !== null && (
          <>
            <p>{text.confirmIntro}</p>
            <h3>{text.confirmRows}</h3>
            <ContentLines
              definition={definition}
              content={content}
              parts={parts}
              names={names}
            />
          </>
        )}
      </SignDialog>
    </>
  );
}
