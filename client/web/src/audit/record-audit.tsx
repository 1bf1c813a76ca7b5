/**
 * One record for an auditor: its history as the server tells it (which notes the look), what stood at any moment, and what each author
 * had seen. Without the server it is this device's copy, and says so. SPEC AP-85, AP-89 to AP-91.
 */
import { useState } from "react";
import { Link } from "wouter";

import type { RecordId, RecordType } from "@suture/schema";
import type { SutureRecord } from "@suture/client";
import { useHistory } from "@suture/client/react";

import { useApp } from "../app/app-deps.tsx";
import { fileStamp, jsonFile } from "../app/unsent/use-save-unsent.ts";
import { noteHistoryExport } from "../http/audit-api.ts";
import { isOffline, ProblemNotice } from "../http/problem-notice.tsx";
import { useDeviceNames } from "../reviews/use-device-names.ts";
import { useNames } from "../reviews/use-names.ts";
import type { Names } from "../reviews/word-parts.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import { AuthorsView } from "./authors-view.tsx";
import { RecordTimeline } from "./record-timeline.tsx";
import { SnapshotView } from "./snapshot-view.tsx";
import {
  deviceEntries,
  serverEntries,
  type TimelineEntry,
} from "./timeline-entries.ts";
import { useFoundRecord } from "./use-found-record.ts";
import { useNotedExport } from "./use-noted-export.ts";
import { useRecordHistory } from "./use-record-history.ts";

export function RecordAudit({ recordId }: { readonly recordId: RecordId }) {
  const { audit: text, http, values } = useText();
  const names = useNames();
  const record = useFoundRecord(recordId);
  const asked = useRecordHistory(recordId);
  const recordType = asked.value?.recordType ?? record?.type ?? "";
  const kind = values.words[recordType] ?? recordType;
  const entries =
    asked.value === null ? null : serverEntries(asked.value.entries);
  return (
    <div className="audit">
      <p>
        <Link href="/audit" className="back-link">
          <Icon name="back" /> {text.title}
        </Link>
      </p>
      <h1>{text.record.title(names.record(recordId), kind)}</h1>
      {record !== null && record !== undefined && (
        <AsOf record={record} names={names} />
      )}
      {asked.state === "failed" && (
        <ProblemNotice problem={asked.problem} onAgain={asked.again}>
          {isOffline(asked.problem) && (
            <p>
              {record === null ? text.record.notHere : text.record.fromDevice}
            </p>
          )}
        </ProblemNotice>
      )}
      {asked.state === "asking" && entries === null && <p>{http.asking}</p>}
      {entries !== null && (
        <>
          <p className="hint">{text.record.fromServer}</p>
          <History entries={entries} record={record ?? null} names={names} />
          <ExportHistory recordId={recordId} entries={entries} />
        </>
      )}
      {entries === null &&
        asked.state === "failed" &&
        isOffline(asked.problem) &&
        record !== null &&
        record !== undefined && <DeviceHistory record={record} names={names} />}
    </div>
  );
}

interface RecordProps {
  readonly record: SutureRecord<RecordType>;
  readonly names: Names;
}

function DeviceHistory({ record, names }: RecordProps) {
  const history = useHistory(record);
  return (
    <History
      entries={deviceEntries(history, record.type)}
      record={record}
      names={names}
    />
  );
}

function History({
  entries,
  record,
  names,
}: {
  readonly entries: readonly TimelineEntry[];
  readonly record: SutureRecord<RecordType> | null;
  readonly names: Names;
}) {
  const deviceName = useDeviceNames();
  return (
    <RecordTimeline
      entries={entries}
      names={names}
      deviceName={deviceName}
      renderMore={(entry) => (
        <AuthorsView
          entry={entry}
          entries={entries}
          record={record}
          names={names}
        />
      )}
    />
  );
}

/** The history that the server told, as a file. */
function ExportHistory({
  recordId,
  entries,
}: {
  readonly recordId: RecordId;
  readonly entries: readonly TimelineEntry[];
}) {
  const { audit: text } = useText();
  const { clock } = useApp();
  const noted = useNotedExport();
  const save = () =>
    noted.save(
      (api) => noteHistoryExport(api, recordId, entries.length),
      text.record.fileName(fileStamp(clock.now())),
      jsonFile({ format: "suture-history-1", entries }),
    );
  return (
    <>
      {noted.problem !== null && (
        <ProblemNotice problem={noted.problem}>
          <p>{text.notNoted}</p>
        </ProblemNotice>
      )}
      <Actions>
        <Button isDisabled={noted.isAsking} onPress={() => void save()}>
          {text.record.export}
        </Button>
      </Actions>
    </>
  );
}

/** What stood at a moment of the server's clock. */
function AsOf({ record, names }: RecordProps) {
  const { audit: text, common } = useText();
  const [day, setDay] = useState("");
  const [time, setTime] = useState("");
  const [atMs, setAtMs] = useState<number | null>(null);
  const snapshot = atMs === null ? null : record.asOf({ serverMs: atMs });
  return (
    <section className="as-of" aria-label={text.record.asOfTitle}>
      <form
        className="as-of-form"
        onSubmit={(event) => {
          event.preventDefault();
          const given = Date.parse(`${day}T${time === "" ? "23:59" : time}`);
          // All of that minute.
          setAtMs(Number.isNaN(given) ? null : given + 59_999);
        }}
      >
        <TextField
          type="date"
          label={text.record.asOf}
          value={day}
          onChange={setDay}
        />
        <TextField
          type="time"
          label={text.record.asOfTime}
          value={time}
          onChange={setTime}
        />
        <Button type="submit" isDisabled={day === ""}>
          {text.record.asOfShow}
        </Button>
        {atMs !== null && (
          <Button look="quiet" onPress={() => setAtMs(null)}>
            {text.record.asOfHide}
          </Button>
        )}
      </form>
      {atMs !== null && (
        <>
          <h2>{text.record.stoodAt(common.dateTime(atMs))}</h2>
          <p className="hint">{text.record.asOfHint}</p>
          {snapshot === null ? (
            <Notice>{text.record.notThere}</Notice>
          ) : (
            <SnapshotView
              snapshot={snapshot}
              recordType={record.type}
              names={names}
            />
          )}
        </>
      )}
    </section>
  );
}
