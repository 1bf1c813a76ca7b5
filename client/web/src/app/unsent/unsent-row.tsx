import { Link } from "wouter";

import type { UnsyncedChange } from "@suture/client";

import { useNames } from "../../reviews/use-names.ts";
import { useText } from "../../text/use-text.ts";
import { StatusLabel } from "../../ui/status-label.tsx";
import { recordPathOf } from "../record-path.ts";

export function UnsentRow({
  change,
  nowMs,
}: {
  readonly change: UnsyncedChange;
  readonly nowMs: number;
}) {
  const { common, unsent } = useText();
  const names = useNames();
  const { recordId, recordType, lane, priority, savedAtMs, reason } = change;
  const type = unsent.types[recordType ?? ""] ?? unsent.record;
  const path = recordPathOf(recordType, recordId);
  const what = unsent.changeOf(
    type,
    names.record(recordId),
    unsent.lanes[lane] ?? lane,
  );
  return (
    <article className="card unsent-row">
      <p className="unsent-what">
        {path === null ? what : <Link href={path}>{what}</Link>}
      </p>
      <p className={`urgency urgency-${priority}`}>
        {unsent.priorities[priority]}
      </p>
      <StatusLabel status={change} />
      <p className="muted">
        {unsent.age}: {common.age(nowMs - savedAtMs)}
      </p>
      <p className="muted unsent-reason">{reason ?? unsent.noReason}</p>
    </article>
  );
}
