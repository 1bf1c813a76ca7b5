import { Link } from "wouter";

import type { StrandedWork } from "@suture/client";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { MemberName } from "../../ui/member-name.tsx";
import { useApp } from "../app-deps.tsx";
import { recordPathOf } from "../record-path.ts";

/** Work that was not accepted: whose, when, why, and what it was to say. Seeing it takes it out of the record's label, not away. */
export function StrandedRow({ work }: { readonly work: StrandedWork }) {
  const { common, unsent } = useText();
  const { client } = useApp();
  const { recordId, recordType, hash, message, memberId, authoredAtMs } = work;
  const path = recordPathOf(recordType, recordId);
  const fields = new Set(work.tried.flatMap(({ name }) => name ?? []));
  return (
    <article className="card">
      <p>
        <strong>{unsent.types[recordType ?? ""] ?? unsent.record}</strong>
        {fields.size > 0 && (
          <>
            : {[...fields].map((name) => unsent.lanes[name] ?? name).join(", ")}
          </>
        )}
      </p>
      <p className="muted">
        <MemberName memberId={memberId} /> · {common.dateTime(authoredAtMs)}
      </p>
      <p className="stranded-reason">
        <Icon name="alert" /> {message}
      </p>
      {work.reexpressedAs !== null && (
        <p className="muted">{unsent.saidAgain}</p>
      )}
      <div className="actions">
        {path !== null && <Link href={path}>{unsent.openRecord}</Link>}
        {work.isDismissed ? (
          <span className="muted">{unsent.dismissed}</span>
        ) : (
          <Button onPress={() => void client.dismissStranded(recordId, hash)}>
            {unsent.dismiss}
          </Button>
        )}
      </div>
    </article>
  );
}
