import { useState } from "react";

import type { RecordType } from "@suture/schema";
import type { SutureRecord } from "@suture/client";
import { useHistory } from "@suture/client/react";

import { ChangeList } from "../app/change-list.tsx";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";

const stepSize = 20;

/** Everything that was changed, newest first, a few at a time. SPEC AP-26. */
export function TimelineSection<R extends RecordType>({
  record,
  type,
}: {
  readonly record: SutureRecord<R>;
  readonly type: R;
}) {
  const { patients } = useText();
  const [count, setCount] = useState(0);
  return (
    <section aria-labelledby="timeline" className="card timeline">
      <h2 id="timeline">{patients.sections.timeline}</h2>
      {count === 0 ? (
        <>
          <Button className="no-print" onPress={() => setCount(stepSize)}>
            {patients.showTimeline}
          </Button>
          <p className="print-only">{patients.timelineNotPrinted}</p>
        </>
      ) : (
        <Timeline
          record={record}
          type={type}
          count={count}
          onMore={() => setCount(count + stepSize)}
        />
      )}
    </section>
  );
}

function Timeline<R extends RecordType>({
  record,
  type,
  count,
  onMore,
}: {
  readonly record: SutureRecord<R>;
  readonly type: R;
  readonly count: number;
  readonly onMore: () => void;
}) {
  const { patients } = useText();
  const history = useHistory(record);
  const newestFirst = history.toReversed().slice(0, count);
  return (
    <>
      <ChangeList
        type={type}
        entries={newestFirst}
        label={patients.sections.timeline}
      />
      {history.length > count && (
        <>
          <Button className="no-print" onPress={onMore}>
            {patients.earlier}
          </Button>
          <p className="print-only">{patients.earlierNotPrinted}</p>
        </>
      )}
    </>
  );
}
