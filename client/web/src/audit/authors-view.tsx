/** What had this author seen: what the change builds on, what the server had sent to the device, and what stood there. SPEC AP-91. */
import { useState } from "react";

import type { RecordType } from "@suture/schema";
import type { SutureRecord } from "@suture/client";

import type { Names } from "../reviews/word-parts.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { SnapshotView } from "./snapshot-view.tsx";
import type { TimelineEntry } from "./timeline-entries.ts";

interface AuthorsProps {
  readonly entry: TimelineEntry;
  readonly entries: readonly TimelineEntry[];
  /** Null where this device does not hold it. */
  readonly record: SutureRecord<RecordType> | null;
  readonly names: Names;
}

export function AuthorsView(props: AuthorsProps) {
  const { audit: text } = useText();
  const [isShown, setShown] = useState(false);
  return (
    <>
      <Button
        look="quiet"
        aria-expanded={isShown}
        aria-label={`${isShown ? text.record.seenHide : text.record.seenTitle} ${text.timeline.number(props.entry.number)}`}
        onPress={() => setShown(!isShown)}
      >
        {isShown ? text.record.seenHide : text.record.seenTitle}
      </Button>
      {isShown && <Seen {...props} />}
    </>
  );
}

function Seen({ entry, entries, record, names }: AuthorsProps) {
  const { audit: text, common } = useText();
  const { parents, evidence } = entry;
  const numbers = parents.map((hash) => {
    const found = entries.find((one) => one.hash === hash);
    return found === undefined
      ? text.record.elsewhere
      : text.timeline.number(found.number);
  });
  const snapshot =
    parents.length === 0 ? null : (record?.asOf({ heads: parents }) ?? null);
  return (
    <div className="seen">
      <p>{text.record.built(numbers)}</p>
      {evidence !== null && (
        <ul>
          {evidence.delivered.map(
            ({ scopeId, fromSequence, sequence, atMs }) => (
              <li key={scopeId}>
                {text.record.delivered(
                  fromSequence + 1,
                  sequence,
                  common.dateTime(atMs),
                )}
              </li>
            ),
          )}
          {evidence.delivered.length === 0 && <li>{text.record.noDelivery}</li>}
          {evidence.overwrote.map(({ opId, isOwn, deliveredAtMs }) => (
            <li key={opId}>
              {isOwn
                ? text.record.overwroteOwn
                : deliveredAtMs === null
                  ? text.record.overwroteUnsent
                  : text.record.overwroteSent(common.dateTime(deliveredAtMs))}
            </li>
          ))}
        </ul>
      )}
      {snapshot !== null && record !== null && (
        <>
          <p>
            <strong>{text.record.stood}</strong>
          </p>
          <SnapshotView
            snapshot={snapshot}
            recordType={record.type}
            names={names}
          />
        </>
      )}
      {snapshot === null && parents.length > 0 && (
        <Notice>{text.record.notHere}</Notice>
      )}
    </div>
  );
}
