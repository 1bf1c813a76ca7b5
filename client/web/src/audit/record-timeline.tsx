/**
 * A record's history, oldest first, with branches drawn side by side and told in words, or as a table. Every value that was overwritten
 * stands beside what it became. SPEC AP-85, AP-86.
 */
import { useMemo, useState, type ReactNode } from "react";

import { nameWords, type Names } from "../reviews/word-parts.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { MemberName } from "../ui/member-name.tsx";
import "./audit.css";
import { BranchCell } from "./branch-cell.tsx";
import { besides, drawBranches, type BranchDrawing } from "./branch-lanes.ts";
import { editWords } from "./edit-words.ts";
import type { TimelineEntry } from "./timeline-entries.ts";

interface TimelineProps {
  readonly entries: readonly TimelineEntry[];
  readonly names: Names;
  deviceName(deviceId: string): string;
  /** What stands under each change: what its author had seen, say. */
  renderMore?(entry: TimelineEntry): ReactNode;
}

/** So many of the latest are shown at once: a record may hold thousands. */
const pageEntries = 100;

export function RecordTimeline(props: TimelineProps) {
  const { audit: text } = useText();
  const [isTable, setTable] = useState(false);
  const [count, setCount] = useState(pageEntries);
  const { entries } = props;
  const shown = useMemo(() => entries.slice(-count), [entries, count]);
  const drawing = useMemo(
    () => drawBranches(shown.map(({ hash, parents }) => ({ hash, parents }))),
    [shown],
  );
  const beside = useMemo(
    () => besides(shown.map(({ hash, parents }) => ({ hash, parents }))),
    [shown],
  );
  const besideNumbers = (row: number) =>
    (beside[row] ?? []).flatMap((other) => shown[other]?.number ?? []);
  return (
    <section className="history" aria-label={text.timeline.title}>
      <div className="actions">
        <Button look="quiet" onPress={() => setTable(!isTable)}>
          {isTable ? text.timeline.asDrawing : text.timeline.asTable}
        </Button>
      </div>
      {count < entries.length && (
        <Button onPress={() => setCount(count + pageEntries)}>
          {text.timeline.older(entries.length - count)}
        </Button>
      )}
      {isTable ? (
        <TimelineTable {...props} entries={shown} beside={besideNumbers} />
      ) : (
        <Branches
          {...props}
          entries={shown}
          drawing={drawing}
          beside={besideNumbers}
        />
      )}
    </section>
  );
}

type Shown = TimelineProps & { beside(row: number): readonly number[] };

function Branches({
  entries,
  names,
  drawing,
  beside,
  deviceName,
  renderMore,
}: Shown & { readonly drawing: BranchDrawing }) {
  const { audit: text, common } = useText();
  return (
    <ol className="branches">
      {entries.map((entry, row) => {
        const lanes = drawing.rows[row];
        const others = beside(row);
        return (
          <li key={entry.hash} className="branch-row">
            {lanes !== undefined && (
              <BranchCell row={lanes} laneCount={drawing.laneCount} />
            )}
            <article className="history-change">
              <p className="history-head">
                <span className="history-number">
                  {text.timeline.number(entry.number)}
                </span>{" "}
                <strong>
                  <MemberName memberId={entry.memberId} />
                </strong>
                <span className="hint">
                  {" "}
                  {text.timeline.onDevice(deviceName(entry.deviceId))}
                </span>
              </p>
              <p className="hint">
                {text.timeline.deviceClock(common.dateTime(entry.authoredAtMs))}
                {" · "}
                {entry.admittedAtMs === null
                  ? text.timeline.notAtServer
                  : text.timeline.serverClock(
                      common.dateTime(entry.admittedAtMs),
                    )}
              </p>
              {others.length > 0 && (
                <p className="history-beside">{text.timeline.beside(others)}</p>
              )}
              <Edits entry={entry} names={names} />
              {entry.reason !== null && (
                <p className="hint">{common.reasonGiven(entry.reason)}</p>
              )}
              {entry.adoptedFrom !== null && (
                <p className="hint">
                  {text.timeline.adopted}{" "}
                  <MemberName memberId={entry.adoptedFrom} />
                </p>
              )}
              {renderMore?.(entry)}
            </article>
          </li>
        );
      })}
    </ol>
  );
}

function Edits({
  entry,
  names,
}: {
  readonly entry: TimelineEntry;
  readonly names: Names;
}) {
  const { audit: text } = useText();
  if (entry.edits.length === 0) return <p>{text.timeline.nothingWritten}</p>;
  return (
    <ul className="edits">
      {entry.edits.map((edit, at) => {
        const { before, after } = editWords(edit, names, text.timeline);
        return (
          <li key={at}>
            <span className="edit-name">{nameWords(edit.name, names)}</span>
            {before !== null && <del>{before}</del>}
            {before !== null && <span aria-hidden="true"> → </span>}
            <ins>{after}</ins>
          </li>
        );
      })}
    </ul>
  );
}

function TimelineTable({ entries, names, beside, deviceName }: Shown) {
  const { audit: text, common } = useText();
  const { columns } = text.timeline;
  return (
    <div
      className="table-scroll"
      role="region"
      aria-label={text.timeline.tableTitle}
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            {[
              columns.number,
              columns.who,
              columns.device,
              columns.deviceClock,
              columns.serverClock,
              columns.field,
              columns.before,
              columns.after,
              columns.beside,
            ].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.flatMap((entry, row) =>
            (entry.edits.length === 0 ? [null] : entry.edits).map(
              (edit, at) => {
                const words =
                  edit === null ? null : editWords(edit, names, text.timeline);
                return (
                  <tr key={`${entry.hash} ${at}`}>
                    <th scope="row">{entry.number}</th>
                    <td>
                      <MemberName memberId={entry.memberId} />
                    </td>
                    <td>{deviceName(entry.deviceId)}</td>
                    <td>{common.dateTime(entry.authoredAtMs)}</td>
                    <td>
                      {entry.admittedAtMs === null
                        ? text.timeline.notAtServer
                        : common.dateTime(entry.admittedAtMs)}
                    </td>
                    <td>{edit === null ? "" : nameWords(edit.name, names)}</td>
                    <td>{words?.before ?? ""}</td>
                    <td>{words?.after ?? ""}</td>
                    <td>
                      {beside(row)
                        .map((number) => text.timeline.number(number))
                        .join(", ")}
                    </td>
                  </tr>
                );
              },
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
