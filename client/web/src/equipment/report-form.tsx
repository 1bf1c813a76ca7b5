import { useState } from "react";
import { useLocation } from "wouter";

import {
  mayCreate,
  mayWrite,
  serviceJob,
  type RecordId,
  type RequestPriority,
} from "@suture/schema";
import { useClient, useRecordList } from "@suture/client/react";

import { useKeptDraft } from "../app/use-kept-draft.ts";
import { useMe } from "../app/use-me.ts";
import { FormFrame } from "../forms/form-frame.tsx";
import { useSaving } from "../forms/use-saving.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { TextField } from "../ui/text-field.tsx";

const empty: {
  readonly what: string;
  readonly more: string;
  readonly priority: string;
  readonly teamId: string;
  readonly isMine: boolean;
} = { what: "", more: "", priority: "routine", teamId: "", isMine: false };

const priorities: readonly RequestPriority[] = [
  "routine",
  "urgent",
  "asap",
  "stat",
];

/** Opens a job for a piece of equipment; whoever reports it may take it at once. SPEC AP-52. */
export function ReportForm({
  equipmentId,
}: {
  readonly equipmentId: RecordId;
}) {
  const { equipment: text, jobs } = useText();
  const client = useClient();
  const [, goTo] = useLocation();
  const { membership, roles } = useMe();
  const kept = useKeptDraft(`report/${equipmentId}`, empty);
  const [isOpen, setIsOpen] = useState(false);
  const { run, isSaving, problem } = useSaving();
  const teams = useOwnTeams();
  if (membership === null || !mayCreate(serviceJob, roles)) return null;
  const { what, more, priority, teamId, isMine } = kept.value;
  const isBegun = JSON.stringify(kept.value) !== JSON.stringify(empty);
  if (!isOpen && !isBegun)
    return (
      <div className="actions">
        <Button onPress={() => setIsOpen(true)}>{text.report}</Button>
      </div>
    );
  const team = teams.find(({ id }) => id === teamId) ?? teams[0];
  const save = async () => {
    if (team === undefined) return;
    const created = await run(() =>
      client.serviceJobs.create({
        parentId: team.id,
        fields: {
          equipmentId,
          workStatus: isMine ? "accepted" : "requested",
          priority: priorities.find((one) => one === priority) ?? "routine",
          code: [{ status: "active", text: what.trim() }],
          ...(isMine && { assigneeId: membership.memberId }),
          ...(more.trim() !== "" && { description: more.trim() }),
        },
      }),
    );
    if (created === undefined) return;
    kept.drop();
    goTo(`/jobs/${created.id}`);
  };
  return (
    <FormFrame
      label={text.report}
      form={{ ...kept, isSaving, problem }}
      saveLabel={text.sendReport}
      canSave={what.trim() !== "" && team !== undefined}
      onSave={() => void save()}
      onClose={() => setIsOpen(false)}
    >
      {teams.length === 0 && <Notice tone="warning">{text.noTeam}</Notice>}
      <TextField
        label={text.reportTitle}
        hint={text.reportTitleHint}
        value={what}
        onChange={(next) => kept.set({ what: next })}
      />
      <TextField
        label={text.reportDetails}
        value={more}
        onChange={(next) => kept.set({ more: next })}
        rows={3}
      />
      <SelectField
        label={text.priority}
        value={priorities.find((one) => one === priority) ?? "routine"}
        choices={priorities.map((one) => ({
          value: one,
          label: jobs.priorities[one],
        }))}
        onChange={(one) => kept.set({ priority: one })}
      />
      {teams.length > 1 && (
        <SelectField
          label={text.team}
          value={team?.id ?? ""}
          choices={teams.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id) => kept.set({ teamId: id })}
        />
      )}
      {mayWrite(serviceJob, "assigneeId", roles) && (
        <label className="check">
          <input
            type="checkbox"
            checked={isMine}
            onChange={({ target }) => kept.set({ isMine: target.checked })}
          />
          {text.mineToo}
        </label>
      )}
    </FormFrame>
  );
}

/** A job belongs to one of the teams of whoever reports it: service groups first. */
function useOwnTeams(): readonly {
  readonly id: RecordId;
  readonly name: string;
}[] {
  const { membership } = useMe();
  const { rows } = useRecordList(useClient().teams, { limit: 200 });
  const own = new Set(membership?.teamIds);
  return rows
    .filter(({ record }) => own.has(record.id))
    .toSorted(
      (left, right) =>
        Number(right.snapshot.fields.kind === "service-group") -
        Number(left.snapshot.fields.kind === "service-group"),
    )
    .map(({ record, snapshot }) => ({
      id: record.id,
      name: snapshot.fields.name ?? record.id,
    }));
}
