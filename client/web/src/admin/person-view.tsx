/** One colleague: name, rights, and their invitation. Rights are edited at what the form shows. SPEC AP-74, AP-75. */
import { useState } from "react";
import { Link } from "wouter";

import {
  groupOf,
  member,
  maySign,
  mayWrite,
  type RecordId,
} from "@suture/schema";
import type { EditSession, SutureRecord } from "@suture/client";
import { useClient, useGroup, type ShownRecord } from "@suture/client/react";

import { RecordGate } from "../app/record-gate.tsx";
import { useMe } from "../app/use-me.ts";
import { useKeptDraft } from "../app/use-kept-draft.ts";
import { FormFrame } from "../forms/form-frame.tsx";
import { useSaving } from "../forms/use-saving.ts";
import { useText } from "../text/use-text.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { SafetyValue } from "../ui/safety-value.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { TextField } from "../ui/text-field.tsx";
import { InvitePerson } from "./invite-person.tsx";
import { RightsFields, type Rights } from "./rights-fields.tsx";
import { RightsList } from "./rights-list.tsx";

type Member = typeof member;

export function PersonView({
  memberId,
  organizationId,
}: {
  readonly memberId: string;
  readonly organizationId: RecordId;
}) {
  const { admin: text } = useText();
  return (
    <>
      <p>
        <Link href="/admin/people" className="back-link">
          <Icon name="back" /> {text.people.back}
        </Link>
      </p>
      <RecordGate repository={useClient().members} id={memberId}>
        {(shown) => <Person shown={shown} organizationId={organizationId} />}
      </RecordGate>
    </>
  );
}

function Person({
  shown: { record, snapshot, status },
  organizationId,
}: {
  readonly shown: ShownRecord<Member>;
  readonly organizationId: RecordId;
}) {
  const { admin: text } = useText();
  const { roles } = useMe();
  const [session, setSession] = useState<EditSession<Member> | null>(null);
  const group = groupOf(member, "membership");
  const maySignRights =
    group !== undefined && maySign(group, Object.keys(group.parts), roles);
  return (
    <section className="person">
      <h2>{snapshot.fields.displayName ?? text.people.unnamed}</h2>
      <StatusLabel status={status} />
      {session === null ? (
        <>
          <Shown record={record} />
          {mayWrite(member, "displayName", roles) && (
            <div className="actions">
              <Button onPress={() => void record.edit().then(setSession)}>
                {text.people.edit}
              </Button>
            </div>
          )}
        </>
      ) : (
        <PersonForm
          session={session}
          organizationId={organizationId}
          maySignRights={maySignRights}
          onClose={() => setSession(null)}
        />
      )}
      {roles.has("admin") && (
        <InvitePerson memberId={record.id} organizationId={organizationId} />
      )}
    </section>
  );
}

function Shown({ record }: { readonly record: SutureRecord<Member> }) {
  const reading = useGroup(record, "membership");
  return (
    <SafetyValue
      reading={reading}
      recordId={record.id}
      renderContent={(content) => <RightsList rights={content} />}
    />
  );
}

type PersonDraft = {
  readonly name: string;
  readonly rights: Rights | null;
  readonly reason: string;
};

function PersonForm({
  session,
  organizationId,
  maySignRights,
  onClose,
}: {
  readonly session: EditSession<Member>;
  readonly organizationId: RecordId;
  readonly maySignRights: boolean;
  readonly onClose: () => void;
}) {
  const { admin: text, common } = useText();
  const { run, isSaving, problem } = useSaving();
  const shown = session.shown.group("membership");
  // Begun at what the form shows: on anything newer it is another form.
  const kept = useKeptDraft<PersonDraft>(
    `person/${[...session.heads].sort().join(" ")}`,
    {
      name: session.shown.fields.displayName ?? "",
      rights: shown.status === "settled" ? shown.content : null,
      reason: "",
    },
  );
  const { name, rights, reason } = kept.value;
  const [error, setError] = useState<string>();

  async function save(): Promise<void> {
    const { draft } = session;
    if (name.trim() === "") {
      setError(text.people.nameNeeded);
      return;
    }
    if (name.trim() !== session.shown.fields.displayName)
      draft.displayName = name.trim();
    if (rights !== null && maySignRights) {
      draft.membership.roles = rights.roles;
      draft.membership.teams = rights.teams;
      draft.membership.active = rights.active;
    }
    const saved = await run(() =>
      session.save(reason.trim() === "" ? {} : { reason: reason.trim() }),
    );
    if (saved === undefined) return;
    kept.drop();
    onClose();
  }

  return (
    <FormFrame
      label={text.people.edit}
      form={{ ...kept, isSaving, problem }}
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
          kept.set({ name: typed });
          setError(undefined);
        }}
        error={error}
        isRequired
      />
      {rights === null ? (
        <Notice tone="warning">
          <p>{text.rights.inConflict}</p>
          <ButtonLink to="/reviews">{common.toReview}</ButtonLink>
        </Notice>
      ) : (
        maySignRights && (
          <RightsFields
            rights={rights}
            organizationId={organizationId}
            onChange={(changed) => kept.set({ rights: changed })}
          />
        )
      )}
      {rights !== null && maySignRights && (
        <TextField
          label={text.rights.reason}
          value={reason}
          onChange={(typed) => kept.set({ reason: typed })}
        />
      )}
    </FormFrame>
  );
}
