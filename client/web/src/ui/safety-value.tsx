import type { ReactNode } from "react";
import type { GroupReading, Parts, RecordId } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { Icon } from "./icon.tsx";
import { ReviewLink } from "./review-link.tsx";
import { Signature } from "./signature.tsx";

type Settled<P extends Parts> = Extract<
  GroupReading<P>,
  { readonly status: "settled" }
>;
type Conflict<P extends Parts> = Extract<
  GroupReading<P>,
  { readonly status: "conflict" }
>;

/**
 * A safety group as it may be shown: its content while it is settled; while it is in conflict the safe side, marked, then every
 * candidate with who signed it and when. There is no way to one value of several, on paper neither. SPEC AP-28.
 */
export function SafetyValue<P extends Parts>({
  reading,
  recordId,
  group,
  renderContent,
  renderSafe,
}: {
  readonly reading: GroupReading<P>;
  readonly recordId: RecordId;
  /** By which the question is found in the review queue; without it, the queue itself is. */
  readonly group?: string;
  renderContent(content: Settled<P>["content"]): ReactNode;
  /** What care can lean on meanwhile; every version of what is contested is in it. */
  renderSafe?(safe: Conflict<P>["safe"]): ReactNode;
}) {
  const { common } = useText();
  if (reading.status === "settled")
    return <>{renderContent(reading.content)}</>;
  return (
    <div className="contested">
      <p className="contested-mark">
        <Icon name="branch" />{" "}
        <strong>{common.inConflict(reading.candidates.length)}</strong>{" "}
        <ReviewLink recordId={recordId} group={group} />
      </p>
      {renderSafe !== undefined && renderSafe(reading.safe)}
      <ul className="candidates" aria-label={common.candidates}>
        {reading.candidates.map(({ opId, content, attribution }) => (
          <li key={opId} className="candidate">
            <Signature attribution={attribution} />
            {renderContent(content)}
          </li>
        ))}
      </ul>
    </div>
  );
}
