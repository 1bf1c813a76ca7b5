import type { RecordType } from "@suture/schema";
import type { HistoryEntry } from "@suture/client";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { ChangeList } from "./change-list.tsx";

/** What was changed while a form was open, with the choice to take it in. SPEC AP-29. */
export function ChangedSince({
  type,
  form: { since, mustTakeIn, takeIn },
}: {
  readonly type: RecordType;
  readonly form: {
    readonly since: readonly HistoryEntry[];
    readonly mustTakeIn: boolean;
    takeIn(): void;
  };
}) {
  const { chart } = useText();
  if (since.length === 0) return null;
  return (
    <Notice tone="warning" title={chart.since(since.length)} isLive>
      <p>{mustTakeIn ? chart.sinceRestoredBody : chart.sinceBody}</p>
      <ChangeList
        type={type}
        entries={since}
        label={chart.since(since.length)}
      />
      <div className="actions">
        <Button onPress={takeIn}>{chart.takenIn}</Button>
      </div>
    </Notice>
  );
}
