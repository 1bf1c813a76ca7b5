import { Link } from "wouter";

import { recordIdSchema } from "@suture/schema";

import { nameWords, type Names } from "../reviews/word-parts.ts";
import { useText } from "../text/use-text.ts";
import { MemberName } from "../ui/member-name.tsx";
import type { FoundEntry } from "./search-audit.ts";

/** One entry in words: what happened, by whom, about which record, when by the server's clock. */
export function FoundRow({
  entry,
  names,
}: {
  readonly entry: FoundEntry;
  readonly names: Names;
}) {
  const { audit: text, common } = useText();
  const { event, detail, recordId, memberIds } = entry;
  const members = memberIds.flatMap((id) => {
    const parsed = recordIdSchema.safeParse(id);
    return parsed.success ? [parsed.data] : [];
  });
  const isRead = event === "reads";
  const said = detail === null ? null : (text.reads[detail] ?? detail);
  return (
    <article className="found-entry">
      <p>
        <strong>{text.events[event] ?? event}</strong>
        {said !== null && (
          <span> · {isRead ? said : nameWords(said, names)}</span>
        )}
      </p>
      <p className="hint">
        {common.dateTime(entry.atMs)} · {text.search.resultOf(entry.sequence)}
        {members.map((memberId) => (
          <span key={memberId}>
            {" "}
            · {text.search.by} <MemberName memberId={memberId} />
          </span>
        ))}
      </p>
      {recordId !== null && (
        <Link href={`/audit/records/${recordId}`} className="found-record">
          {text.search.about} {names.record(recordId)}
        </Link>
      )}
    </article>
  );
}
