/** Clinics and service groups, and their rooms. Records like all others: edited here, sent when there is a connection. SPEC AP-73. */
import { useState } from "react";

import {
  mayCreate,
  mayWrite,
  team,
  type FieldValues,
  type RecordId,
} from "@suture/schema";
import type { EditSession, SutureRecord } from "@suture/client";
import { useClient, useRecordList } from "@suture/client/react";

import { useMe } from "../app/use-me.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { MayHaveMore } from "../ui/may-have-more.tsx";
import { Notice } from "../ui/notice.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { TeamForm, type TeamGiven } from "./team-form.tsx";

type Team = typeof team;

const maxTeams = 500;

export function TeamsView({
  organizationId,
}: {
  readonly organizationId: RecordId;
}) {
  const { admin: text, common } = useText();
  const { roles } = useMe();
  const [isAdding, setAdding] = useState(false);
  const list = useRecordList(useClient().teams, {
    parentId: organizationId,
    limit: maxTeams,
  });
  const { rows, isLoading, hasFailed } = list;
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
          const rooms = roomsOf(locations).map((room) => room.name);
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
      <MayHaveMore list={list} />
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
      <Button
        onPress={() => void record.edit().then(setSession)}
        aria-label={text.teams.editOf(record.fields.name ?? text.teams.unnamed)}
      >
        {text.teams.edit}
      </Button>
    </div>
  ) : (
    <TeamForm
      label={text.teams.edit}
      about={[...session.heads].sort().join(" ")}
      before={{
        name: session.shown.fields.name ?? "",
        kind: session.shown.fields.kind ?? "clinic",
        rooms: roomsOf(session.shown.fields.locations),
      }}
      isNew={false}
      onClose={() => setSession(null)}
      onSave={(given) => saveTeam(session, given)}
    />
  );
}

function saveTeam(session: EditSession<Team>, given: TeamGiven) {
  // A save before that failed wrote into it already.
  session.discard();
  const { draft, shown } = session;
  const { name, kind, locations } = shown.fields;
  if (given.name !== name) draft.name = given.name;
  if (given.kind !== kind) draft.kind = given.kind;
  const keptIds = new Set(given.rooms.map(({ id }) => id));
  for (const { id } of roomsOf(locations))
    if (!keptIds.has(id)) draft.locations.withdraw(id);
  for (const { id, name: roomName } of given.rooms) {
    const before = id === null ? undefined : locations[id];
    if (id === null || before === undefined)
      draft.locations.set({ status: "active", name: roomName });
    else if (before.name !== roomName)
      draft.locations.set({ ...before, name: roomName }, id);
  }
  return session.save();
}

/** Those that are in use. */
function roomsOf(locations: FieldValues<Team>["locations"]) {
  return Object.entries(locations).flatMap(([id, { status, name }]) =>
    status === "active" ? [{ id, name }] : [],
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
      before={{ name: "", kind: "clinic", rooms: [] }}
      isNew
      onClose={onClose}
      onSave={({ name, kind, rooms }) =>
        client.teams.create({
          parentId: organizationId,
          fields: {
            name,
            kind,
            locations: rooms.map((room) => ({
              status: "active" as const,
              name: room.name,
            })),
          },
        })
      }
    />
  );
}
