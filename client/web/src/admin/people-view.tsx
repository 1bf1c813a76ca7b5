/** Everybody who works here, with or without an account. SPEC AP-73. */
import { useState } from "react";
import { Link, useLocation } from "wouter";

import { member, mayCreate, type RecordId } from "@suture/schema";
import { useClient, useRecordList } from "@suture/client/react";

import { useMe } from "../app/use-me.ts";
import { useKeptDraft } from "../app/use-kept-draft.ts";
import { FormFrame } from "../forms/form-frame.tsx";
import { useSaving } from "../forms/use-saving.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { MayHaveMore } from "../ui/may-have-more.tsx";
import { Notice } from "../ui/notice.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { TextField } from "../ui/text-field.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { RightsFields, type Rights } from "./rights-fields.tsx";
import { RightsWords } from "./rights-words.tsx";

const maxPeople = 2_000;

export function PeopleView({
  organizationId,
}: {
  readonly organizationId: RecordId;
}) {
  const { admin: text, common } = useText();
  const { roles } = useMe();
  const [matching, setMatching] = useState("");
  const [isAdding, setAdding] = useState(false);
  const list = useRecordList(useClient().members, {
    parentId: organizationId,
    matching,
    limit: maxPeople,
  });
  const { rows, isLoading, hasFailed } = list;
  return (
    <>
      <p className="hint">{text.people.intro}</p>
      <TextField
        type="search"
        label={text.people.search}
        value={matching}
        onChange={setMatching}
      />
      {mayCreate(member, roles) && !isAdding && (
        <div className="actions">
          <Button look="primary" onPress={() => setAdding(true)}>
            {text.people.add}
          </Button>
        </div>
      )}
      {isAdding && (
        <NewPerson
          organizationId={organizationId}
          onClose={() => setAdding(false)}
        />
      )}
      {hasFailed && <Notice tone="danger">{common.storeFailed}</Notice>}
      {!isLoading && rows.length === 0 && (
        <EmptyState title={text.people.none} />
      )}
      <VirtualList
        label={text.tabs.people}
        items={rows}
        keyOf={({ record }) => record.id}
        rowHeightPx={112}
        renderItem={({ record, snapshot, status }) => (
          <Link href={`/admin/people/${record.id}`} className="card person-row">
            <strong>
              {snapshot.fields.displayName ?? text.people.unnamed}
            </strong>
            <RightsWords reading={snapshot.group("membership")} />
            <StatusLabel status={status} />
          </Link>
        )}
      />
      <MayHaveMore list={list} />
    </>
  );
}

type NewPersonDraft = { readonly name: string; readonly rights: Rights };

function NewPerson({
  organizationId,
  onClose,
}: {
  readonly organizationId: RecordId;
  readonly onClose: () => void;
}) {
  const { admin: text, common } = useText();
  const client = useClient();
  const [, go] = useLocation();
  const draft = useKeptDraft<NewPersonDraft>(`person/${organizationId}`, {
    name: "",
    rights: { roles: [], teams: [], active: true },
  });
  const { name, rights } = draft.value;
  const [error, setError] = useState<string>();
  const { run, isSaving, problem } = useSaving();

  async function save(): Promise<void> {
    if (name.trim() === "") {
      setError(common.required);
      return;
    }
    const created = await run(() =>
      client.members.create({
        parentId: organizationId,
        fields: { displayName: name.trim() },
        groups: { membership: rights },
      }),
    );
    if (created === undefined) return;
    draft.drop();
    go(`/admin/people/${created.id}`);
  }

  return (
    <FormFrame
      label={text.people.add}
      form={{ ...draft, isSaving, problem }}
      saveLabel={common.save}
      closeLabel={common.cancel}
      canSave
      onSave={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={text.people.name}
        value={name}
        onChange={(typed) => {
          draft.set({ name: typed });
          setError(undefined);
        }}
        error={error}
        isRequired
      />
      <RightsFields
        rights={rights}
        organizationId={organizationId}
        onChange={(changed) => draft.set({ rights: changed })}
      />
    </FormFrame>
  );
}
