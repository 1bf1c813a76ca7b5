import { useText } from "../text/use-text.ts";
import type { AnswerLine } from "./ask-conflict.ts";

/** What one answer says, line by line. */
export function AnswerLines({
  lines,
}: {
  readonly lines: readonly AnswerLine[];
}) {
  const { reviews: text } = useText();
  if (lines.length === 0)
    return <p className="answer-line">{text.nothingEntered}</p>;
  return (
    <ul className="answer-lines">
      {lines.map((line, index) => (
        <li key={index} className={`answer-line answer-${line.kind}`}>
          {line.part !== null && (
            <span className="answer-part">{line.part}</span>
          )}
          <span className="answer-words">{line.words}</span>
          {line.kind !== "added" && (
            <span className="answer-kind">{text.kinds[line.kind]}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** In a few words, for a list: `None`, or `Coil assembly × 3, and 2 more`. */
export function useAnswerInShort(): (lines: readonly AnswerLine[]) => string {
  const { reviews: text } = useText();
  return (lines) => {
    const [first, ...others] = lines;
    if (first === undefined) return text.nothingEntered;
    const words =
      first.kind === "removed"
        ? `${text.kinds.removed}: ${first.words}`
        : first.words;
    return others.length === 0 ? words : text.andMore(words, others.length);
  };
}
