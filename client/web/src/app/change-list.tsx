import type { RecordType } from "@suture/schema";
import type { HistoryEntry } from "@suture/client";

import { useNames } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { MemberName } from "../ui/member-name.tsx";
import { changeLines } from "./change-lines.ts";

/** Changes of one record, in the order given: who, when by both clocks, why, and what from → to. SPEC AP-26. */
export function ChangeList({
  type,
  entries,
  label,
}: {
  readonly type: RecordType;
  readonly entries: readonly HistoryEntry[];
  readonly label: string;
}) {
  const { chart } = useText();
  return (
    <ol className="changes" aria-label={label}>
      {entries.map((entry) => (
        <li key={entry.hash} className="change">
          <ChangeHead entry={entry} />
          {entry.edits.some(({ kind }) => kind === "resolution") && (
            <p className="tag tag-good">{chart.conflictSettled}</p>
          )}
          <ChangeWords type={type} entry={entry} />
        </li>
      ))}
    </ol>
  );
}

function ChangeHead({ entry }: { readonly entry: HistoryEntry }) {
  const { common, patients } = useText();
  const { memberId, authoredAtMs, admittedAtMs, reason, besides } = entry;
  return (
    <>
      <p className="change-head">
        <strong>
          <MemberName memberId={memberId} />
        </strong>{" "}
        <span className="muted">
          {common.dateTime(authoredAtMs)} ({patients.deviceClock}) ·{" "}
          {admittedAtMs === null
            ? patients.notOnServer
            : patients.serverClock(common.dateTime(admittedAtMs))}
        </span>
        {reason !== null && <> · {common.reasonGiven(reason)}</>}
      </p>
      {besides.length > 0 && (
        <p className="tag tag-warning">{patients.sideBySide(besides.length)}</p>
      )}
    </>
  );
}

function ChangeWords({
  type,
  entry,
}: {
  readonly type: RecordType;
  readonly entry: HistoryEntry;
}) {
  const { chart } = useText();
  const names = useNames();
  const lines = entry.edits.flatMap((edit) => changeLines(type, edit, names));
  if (lines.length === 0) return <p className="muted">{chart.nothingTold}</p>;
  return (
    <ul className="change-lines">
      {lines.map(({ what, before, after }, at) => (
        <li key={at}>
          <span className="change-what">{what}</span>{" "}
          {before !== null && <del>{before}</del>}
          {before !== null && after !== null && " → "}
          {after !== null && <ins>{after}</ins>}{" "}
          <span className="muted">
            {before === null
              ? chart.added
              : after === null
                ? chart.removed
                : chart.changed}
          </span>
        </li>
      ))}
    </ul>
  );
}
