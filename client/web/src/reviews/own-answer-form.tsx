/** "Neither is right": row by row, as in one of the answers, left out, or written anew from one of them. SPEC AP-66. */
import { useId, useState } from "react";

import type { ComparedRow, GroupDefinition, JsonValue } from "@suture/schema";

import { useKeptDraft } from "../app/use-kept-draft.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import type { ConflictQuestion } from "./ask-conflict.ts";
import {
  composeAnswer,
  rowKey,
  type AnswerProblem,
  type OwnAnswer,
  type RowAnswer,
} from "./compose-answer.ts";
import { editableLeaves, withLeaf, type Leaf } from "./editable-leaves.ts";
import { valueWords } from "./value-words.ts";
import { nameWords, type Names } from "./word-parts.ts";

type Kept = { readonly rows: Readonly<Record<string, RowAnswer>> };

export function OwnAnswerForm({
  definition,
  question,
  rows,
  names,
  about,
  onAnswer,
}: {
  readonly definition: GroupDefinition;
  readonly question: ConflictQuestion;
  /** All rows of the conflict, agreed ones too. */
  readonly rows: readonly ComparedRow[];
  readonly names: Names;
  /** The question: what is chosen and typed is kept under this name. */
  readonly about: string;
  onAnswer(answer: OwnAnswer): void;
}) {
  const { reviews: text } = useText();
  // Of these candidates alone: another candidate asks another question.
  const asked = question.answers.map(({ opId }) => opId).join(" ");
  const { value, set, isReady } = useKeptDraft<Kept>(
    `answer/${about}/${asked}`,
    { rows: {} },
  );
  const answers = new Map(Object.entries(value.rows));
  const [problem, setProblem] = useState<AnswerProblem | null>(null);

  function next(): void {
    const composed = composeAnswer(definition, rows, answers);
    if (composed.ok) onAnswer(composed.value);
    setProblem(composed.ok ? null : composed.error);
  }

  if (!isReady) return null;
  return (
    <form
      className="own-answer"
      aria-label={text.own.title}
      onSubmit={(event) => {
        event.preventDefault();
        next();
      }}
    >
      <h2>{text.own.title}</h2>
      <p className="hint">{text.own.intro}</p>
      {question.contested.map((row) => {
        const key = rowKey(row);
        const isWrong =
          problem !== null && "row" in problem && problem.row === key;
        return (
          <RowField
            key={key}
            row={row}
            answer={answers.get(key)}
            names={names}
            error={
              isWrong
                ? problem.code === "unanswered"
                  ? text.own.unanswered
                  : text.own.notValid
                : undefined
            }
            onAnswer={(answer) => {
              set({ rows: { ...value.rows, [key]: answer } });
              setProblem(null);
            }}
          />
        );
      })}
      {problem?.code === "contradicts-itself" && (
        <Notice tone="danger" isLive>
          {problem.reason}
        </Notice>
      )}
      <Actions>
        <Button look="primary" type="submit">
          {text.own.next}
        </Button>
      </Actions>
    </form>
  );
}

interface Version {
  readonly value: JsonValue;
  /** The first answer that says so. */
  readonly candidate: number;
}

function RowField({
  row,
  answer,
  names,
  error,
  onAnswer,
}: {
  readonly row: ComparedRow;
  readonly answer: RowAnswer | undefined;
  readonly names: Names;
  readonly error: string | undefined;
  onAnswer(answer: RowAnswer): void;
}) {
  const { reviews: text } = useText();
  const id = useId();
  const versions = distinctVersions(row);
  const option = (
    key: string,
    isChosen: boolean,
    label: string,
    hint: string | null,
    choose: () => void,
  ) => (
    <label key={key} className="row-choice">
      <input type="radio" name={id} checked={isChosen} onChange={choose} />
      <span>
        {label}
        {hint !== null && <span className="hint">{hint}</span>}
      </span>
    </label>
  );
  return (
    <fieldset
      className="row-field"
      {...(error !== undefined && { "aria-describedby": `${id}-error` })}
    >
      <legend>{nameWords(row.part, names)}</legend>
      {versions.map(({ value, candidate }) =>
        option(
          `as ${candidate}`,
          answer?.kind === "candidate" && answer.candidate === candidate,
          valueWords(row.part, value, names),
          text.own.asIn(candidate + 1),
          () => onAnswer({ kind: "candidate", candidate }),
        ),
      )}
      {versions
        .filter(({ value }) => editableLeaves(value).length > 0)
        .map(({ value, candidate }) =>
          option(
            `own ${candidate}`,
            answer?.kind === "own" && answer.from === candidate,
            text.own.write,
            text.own.startFrom(candidate + 1),
            () => onAnswer({ kind: "own", value, from: candidate }),
          ),
        )}
      {answer?.kind === "own" && (
        <div className="own-fields">
          {editableLeaves(answer.value).map((leaf) => (
            <TextField
              key={leaf.path.join("/")}
              label={leafName(leaf, row, names)}
              value={String(leaf.value)}
              {...(typeof leaf.value === "number" && {
                inputMode: "numeric" as const,
              })}
              onChange={(typed) =>
                onAnswer({
                  ...answer,
                  value: withLeaf(answer.value, leaf.path, typed),
                })
              }
            />
          ))}
        </div>
      )}
      {row.entryId !== null &&
        option(
          "out",
          answer?.kind === "leave-out",
          text.own.leaveOut,
          null,
          () => onAnswer({ kind: "leave-out" }),
        )}
      {error !== undefined && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function distinctVersions(row: ComparedRow): readonly Version[] {
  const found = new Map<string, Version>();
  for (const [candidate, value] of row.versions.entries()) {
    if (value === undefined) continue;
    const text = JSON.stringify(value);
    if (!found.has(text)) found.set(text, { value, candidate });
  }
  return [...found.values()];
}

/** Of `dosage/0/text` "dosage, text"; of a value that is one leaf, its part. */
function leafName({ path }: Leaf, row: ComparedRow, names: Names): string {
  const steps = path.filter((step) => typeof step === "string");
  // Of "what, text" the second says nothing more.
  const said = steps.filter((step) => step !== "text" || steps.length === 1);
  return said.length === 0
    ? nameWords(row.part, names)
    : said.map((step) => nameWords(step, names)).join(", ");
}
