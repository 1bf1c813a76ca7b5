import { useState } from "react";
import { Link } from "wouter";

import type { UnsentAttachment } from "@suture/client";
import { useClient } from "@suture/client/react";

import { SmallPicture } from "../../jobs/small-picture.tsx";
import { useNames } from "../../reviews/use-names.ts";
import { useText } from "../../text/use-text.ts";
import { ConfirmedButton } from "../../ui/confirmed-button.tsx";
import { Notice } from "../../ui/notice.tsx";
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
      {attachment.mayBeDropped && (
        <RemovePhoto attachment={attachment} what={what} />
      )}
    </article>
  );
}

/** Nothing else can be done about it. SPEC AP-176. */
function RemovePhoto({
  attachment,
  what,
}: {
  readonly attachment: UnsentAttachment;
  readonly what: string;
}) {
  const { common, unsent } = useText();
  const { attachments } = useClient();
  const [hasFailed, setHasFailed] = useState(false);
  const remove = () => {
    setHasFailed(false);
    attachments.remove(attachment).catch(() => setHasFailed(true));
  };
  return (
    <div className="actions">
      {hasFailed && (
        <Notice tone="danger" isLive>
          {common.storeFailed}
        </Notice>
      )}
      <ConfirmedButton
        label={unsent.removePhoto}
        name={unsent.removePhotoOf(what)}
        title={unsent.removePhotoTitle}
        confirmLabel={unsent.confirmRemovePhoto}
        onConfirm={remove}
      >
        <SmallPicture {...attachment} words={what} />
        <p>{unsent.removePhotoBody}</p>
      </ConfirmedButton>
    </div>
  );
}
