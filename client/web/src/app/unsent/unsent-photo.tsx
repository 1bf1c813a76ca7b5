import { Link } from "wouter";

import type { UnsentAttachment } from "@suture/client";

import { useNames } from "../../reviews/use-names.ts";
import { useText } from "../../text/use-text.ts";
import { StatusLabel } from "../../ui/status-label.tsx";
import { recordPathOf } from "../record-path.ts";

/** A picture that only this device has. SPEC AT-12. */
export function UnsentPhoto({
  attachment,
  nowMs,
}: {
  readonly attachment: UnsentAttachment;
  readonly nowMs: number;
}) {
  const { common, unsent, jobs } = useText();
  const names = useNames();
  const { recordId, recordType, byteLength, savedAtMs, reason } = attachment;
  const path = recordPathOf(recordType, recordId);
  const what = unsent.photoOf(
    unsent.types[recordType ?? ""] ?? unsent.record,
    names.record(recordId),
  );
  return (
    <article className="card unsent-row">
      <p className="unsent-what">
        {path === null ? what : <Link href={path}>{what}</Link>}
      </p>
      <p className="muted">{jobs.kilobytes(byteLength)}</p>
      <StatusLabel status={attachment} />
      <p className="muted">
        {unsent.age}: {common.age(nowMs - savedAtMs)}
      </p>
      <p className="muted unsent-reason">{reason ?? unsent.noReason}</p>
    </article>
  );
}
