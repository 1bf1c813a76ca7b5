import type { GroupContent, serviceJob } from "@suture/schema";

import { useNames } from "../reviews/use-names.ts";
import { valueWords } from "../reviews/value-words.ts";
import { useText } from "../text/use-text.ts";

export type Work = GroupContent<typeof serviceJob, "service">;

/** What a statement about the work says: parts, safety test, completion. */
export function WorkLines({
  content,
  withCompletion = true,
}: {
  readonly content: Work;
  readonly withCompletion?: boolean;
}) {
  const { jobs, values } = useText();
  const names = useNames();
  const parts = Object.entries(content.partsReplaced);
  return (
    <dl className="work-lines">
      <dt>{jobs.partsTitle}</dt>
      {parts.length === 0 ? (
        <dd>{jobs.partsUnanswered}</dd>
      ) : (
        parts.map(([id, entry]) => (
          <dd key={id}>{valueWords("partsReplaced", entry, names)}</dd>
        ))
      )}
      <dt>{jobs.testTitle}</dt>
      <dd>{valueWords("safetyTest", content.safetyTest, names)}</dd>
      {withCompletion && (
        <>
          <dt>{values.completed}</dt>
          <dd>{valueWords("completion", content.completion, names)}</dd>
        </>
      )}
    </dl>
  );
}
