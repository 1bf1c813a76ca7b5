/** Clinics and service groups, and their rooms. Records like all others: edited here, sent when there is a connection. SPEC AP-73. */
import { useState } from "react";

import { mayCreate, mayWrite, team, type RecordId } from "@suture/schema";
import type { EditSession, SutureRecord } from "@suture/client";
import { useClient, useRecordList } from "@suture/client/react";

import { useMe } from "../app/use-me.ts";
import { useKeptDraft } from "../app/use-kept-draft.ts";
import { useSaveWords } from "../app/use-save-words.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions } from "../ui/dialog.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Notice } from "../ui/notice.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { TextField } from "../ui/text-field.tsx";

type Team = typeof team;
type TeamKind = "clinic" | "service-group";

const maxTeams = 500;

export function TeamsView({
  organizationId,
}: {
  readonly organizationId: RecordId;
}) {
  const { admin: text, common } = useText();
  const { roles } = useMe();
  const [isAdding, setAdding] = useState(false);
  const { rows, isLoading, hasFailed } = useRecordList(useClient().teams, {
    parentId: organizationId,
    limit: maxTeams,
  });
  return (
    <>
      <p className="hint">{text.teams.intro}</p>
      {mayCreate(team, roles) && !isAdding && (
        <div className="actions">
          <Button look="primary" onPress={() => setAdding(true)}>
            {text.teams.add}
          </Button>
        </div>
      )}
      {isAdding && (
        <NewTeam
          organizationId={organizationId}
          onClose={() => setAdding(false)}
        />
      )}
      {hasFailed && <Notice tone="danger">{common.storeFailed}</Notice>}
      {!isLoading && rows.length === 0 && (
        <EmptyState title={text.teams.none} />
      )}
      <ul className="cards">
        {rows.map(({ record, snapshot, status }) => {
          const { name, kind, locations } = snapshot.fields;
          const rooms = Object.values(locations)
            .filter((room) => room.status === "active")
            .map((room) => room.name);
          return (
            <li key={record.id} className="card">
              <h2 className="team-name">{name ?? text.teams.unnamed}</h2>
              <p className="hint">
                {[
                  ...(kind === undefined ? [] : [text.teams.kinds[kind]]),
                  ...rooms,
                ].join(" · ")}
              </p>
              <StatusLabel status={status} />
              <TeamEditor record={record} />
            </li>
          );
        })}
      </ul>
    </>
  );
}

function TeamEditor({ record }: { readonly record: SutureRecord<Team> }) {
  const { admin: text } = useText();
  const { roles } = useMe();
  const [session, setSession] = useState<EditSession<Team> | null>(null);
  if (!mayWrite(team, "name", roles)) return null;
  return session === null ? (
    <div className="actions">
      <Button onPress={() => void record.edit().then(setSession)}>
        {text.teams.edit}
      </Button>
    </div>
  ) : (
    <TeamForm
      label={text.teams.edit}
      about={[...session.heads].sort().join(" ")}
      name={session.shown.fields.name ?? ""}
      kind={session.shown.fields.kind ?? "clinic"}
      mayChangeKind={mayWrite(team, "kind", roles)}
      onClose={() => setSession(null)}
      onSave={(given) => {
        const { draft, shown } = session;
        if (given.name !== shown.fields.name) draft.name = given.name;
        if (given.kind !== shown.fields.kind) draft.kind = given.kind;
        return session.save();
      }}
    />
  );
}

function NewTeam({
  organizationId,
  onClose,
}: {
  readonly organizationId: RecordId;
  readonly onClose: () => void;
}) {
  const { admin: text } = useText();
  const client = useClient();
  return (
    <TeamForm
      label={text.teams.add}
      about={organizationId}
      name=""
      kind="clinic"
      mayChangeKind
      onClose={onClose}
      onSave={(fields) =>
        client.teams.create({ parentId: organizationId, fields })
      }
    />
  );
}

type TeamDraft = { readonly name: string; readonly kind: TeamKind };

function TeamForm({
  label,
  about,
  name: before,
  kind: kindBefore,
  mayChangeKind,
  onClose,
  onSave,
}: {
  readonly label: string;
  /** The team, as it was shown: what is typed is kept under this name. */
  readonly about: string;
  readonly name: string;
  readonly kind: TeamKind;
  readonly mayChangeKind: boolean;
  readonly onClose: () => void;
  onSave(given: {
    readonly name: string;
    readonly kind: TeamKind;
  }): ReturnType<
    EditSession<Team>["save"] | ReturnType<typeof useClient>["teams"]["create"]
  >;
}) {
  const { admin: text, common } = useText();
  const words = useSaveWords();
  const { value, set, drop, isReady } = useKeptDraft<TeamDraft>(
    `team/${about}`,
    { name: before, kind: kindBefore },
  );
  const { name, kind } = value;
  const [error, setError] = useState<string>();
  const [problem, setProblem] = useState<string | null>(null);

  async function save(): Promise<void> {
    if (name.trim() === "") {
      setError(common.required);
      return;
    }
    const saved = await onSave({ name: name.trim(), kind });
    if (!saved.ok) {
      setProblem(words(saved.error));
      return;
    }
    drop();
    onClose();
  }

  if (!isReady) return null;
  return (
    <form
      className="form card"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label={text.teams.name}
        value={name}
        onChange={(typed) => {
          set({ name: typed });
          setError(undefined);
        }}
        error={error}
        isRequired
      />
      {mayChangeKind && (
        <SelectField
          label={text.teams.kind}
          value={kind}
          choices={(["clinic", "service-group"] as const).map((value) => ({
            value,
            label: text.teams.kinds[value],
          }))}
          onChange={(chosen) => set({ kind: chosen })}
        />
      )}
      {problem !== null && (
        <Notice tone="danger" isLive>
          {problem}
        </Notice>
      )}
      <Actions>
        <Button look="primary" type="submit">
          {common.save}
        </Button>
        <Button
          look="quiet"
          onPress={() => {
            drop();
            onClose();
          }}
        >
          {common.cancel}
        </Button>
      </Actions>
    </form>
  );
}
