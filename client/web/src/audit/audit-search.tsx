/** The audit by record, person, time, or what became of conflicts. SPEC AP-88, AP-92. */
import { useState } from "react";

import {
  organizationScope,
  teamScope,
  type RecordId,
  type ScopeId,
} from "@suture/schema";
import { useClient, useRecordList } from "@suture/client/react";

import { useApp } from "../app/app-deps.tsx";
import { fileStamp } from "../app/unsent/use-save-unsent.ts";
import { noteAuditExport } from "../http/audit-api.ts";
import { ProblemNotice } from "../http/problem-notice.tsx";
import { useNames } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { TextField } from "../ui/text-field.tsx";
import { FoundRow } from "./found-row.tsx";
import { toNdjson, type SoughtKind } from "./search-audit.ts";
import { useAuditSearch } from "./use-audit-search.ts";
import { useNotedExport } from "./use-noted-export.ts";

const kinds = [
  "all",
  "conflicts",
  "changes",
  "refused",
  "people",
  "reads",
] as const satisfies readonly SoughtKind[];
const maxListed = 1_000;
const dayMs = 24 * 3_600_000;

export function AuditSearch({
  organizationId,
}: {
  readonly organizationId: RecordId;
}) {
  const { audit: text } = useText();
  const { clock } = useApp();
  const noted = useNotedExport();
  const client = useClient();
  const { rows: people } = useRecordList(client.members, { limit: maxListed });
  const { rows: teams } = useRecordList(client.teams, { limit: maxListed });
  const whole = organizationScope(organizationId);
  const [scopeId, setScopeId] = useState<ScopeId>(whole);
  const [kind, setKind] = useState<SoughtKind>("all");
  const [memberId, setMemberId] = useState("");
  const [recordId, setRecordId] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const names = useNames();
  const { state, search } = useAuditSearch();
  const sought = {
    kind,
    memberId,
    recordId: recordId.trim(),
    fromMs: dayStart(from),
    // All of that day.
    untilMs: plus(dayStart(to), dayMs),
  };
  const where = { organizationId, scopeId };
  return (
    <section className="audit-search">
      <h2>{text.search.title}</h2>
      <form
        className="search-form"
        onSubmit={(event) => {
          event.preventDefault();
          void search(where, sought, null);
        }}
      >
        <SelectField
          label={text.search.kind}
          value={kind}
          choices={kinds.map((value) => ({
            value,
            label: text.search.kinds[value],
          }))}
          onChange={setKind}
        />
        <SelectField
          label={text.search.where}
          value={scopeId}
          choices={[
            { value: whole, label: text.search.wholeOrganization },
            ...teams.map(({ record, snapshot }) => ({
              value: teamScope(record.id),
              label: snapshot.fields.name ?? record.id,
            })),
          ]}
          onChange={setScopeId}
        />
        <SelectField
          label={text.search.person}
          value={memberId === "" ? "any" : memberId}
          choices={[
            { value: "any", label: text.search.anyone },
            ...people.map(({ record, snapshot }) => ({
              value: record.id,
              label: snapshot.fields.displayName ?? record.id,
            })),
          ]}
          onChange={(value) => setMemberId(value === "any" ? "" : value)}
        />
        <TextField
          label={text.search.record}
          value={recordId}
          onChange={setRecordId}
        />
        <TextField
          type="date"
          label={text.search.from}
          value={from}
          onChange={setFrom}
        />
        <TextField
          type="date"
          label={text.search.to}
          value={to}
          onChange={setTo}
        />
        <div className="actions">
          <Button look="primary" type="submit">
            {text.search.go}
          </Button>
        </div>
      </form>
      {state !== null && (
        <>
          <p role="status">
            {text.search.progress(state.lookedCount, state.found.length)}{" "}
            {state.isReading
              ? text.loading
              : state.next === null && text.search.end}
          </p>
          {state.problem !== null && (
            <ProblemNotice
              problem={state.problem}
              onAgain={() => void search(where, sought, state)}
            />
          )}
          <ol className="found-entries" aria-label={text.search.results}>
            {state.found.map((entry) => (
              <li key={entry.key}>
                <FoundRow entry={entry} names={names} />
              </li>
            ))}
          </ol>
          {!state.isReading && (
            <div className="actions">
              {state.next !== null && (
                <Button onPress={() => void search(where, sought, state)}>
                  {text.search.further}
                </Button>
              )}
              {state.found.length > 0 && (
                <Button
                  isDisabled={noted.isAsking}
                  onPress={() => {
                    const { of, found } = state;
                    const upTo = Math.max(
                      ...found.map(({ sequence }) => sequence),
                    );
                    const count = found.length;
                    void noted.save(
                      (api) => noteAuditExport(api, { ...of, upTo, count }),
                      text.search.fileName(fileStamp(clock.now())),
                      new Blob([toNdjson(found)], {
                        type: "application/x-ndjson",
                      }),
                    );
                  }}
                >
                  {text.search.export}
                </Button>
              )}
            </div>
          )}
          {noted.problem !== null && (
            <ProblemNotice problem={noted.problem}>
              <p>{text.notNoted}</p>
            </ProblemNotice>
          )}
          {state.found.length > 0 && !state.isReading && (
            <p className="hint">{text.search.exportHint}</p>
          )}
          {state.found.length === 0 && !state.isReading && (
            <p>{text.search.nothing}</p>
          )}
        </>
      )}
    </section>
  );
}

/** Of the reader's own day. */
function dayStart(day: string): number | null {
  const atMs = day === "" ? Number.NaN : Date.parse(`${day}T00:00`);
  return Number.isNaN(atMs) ? null : atMs;
}

function plus(atMs: number | null, ms: number): number | null {
  return atMs === null ? null : atMs + ms;
}
