/** A team's name, kind and rooms. What is typed is kept until it is saved or thrown away. SPEC AP-73, AP-122. */
import { useState } from "react";

import { mayWrite, team, type Result } from "@suture/schema";
import type { SaveProblem } from "@suture/client";

import { useKeptDraft } from "../app/use-kept-draft.ts";
import { useMe } from "../app/use-me.ts";
import { FormFrame } from "../forms/form-frame.tsx";
import { useSaving } from "../forms/use-saving.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { TextField } from "../ui/text-field.tsx";

/** What an appointment takes place in; a new one has no id yet. */
export type Room = { readonly id: string | null; readonly name: string };

export type TeamGiven = {
  readonly name: string;
  readonly kind: "clinic" | "service-group";
  readonly rooms: readonly Room[];
};

export function TeamForm({
  label,
  about,
  before,
  isNew,
  onClose,
  onSave,
}: {
  readonly label: string;
  /** The team, as it was shown: what is typed is kept under this name. */
  readonly about: string;
  readonly before: TeamGiven;
  readonly isNew: boolean;
  readonly onClose: () => void;
  onSave(given: TeamGiven): Promise<Result<unknown, SaveProblem>>;
}) {
  const { admin: text, common } = useText();
  const { roles } = useMe();
  const { run, isSaving, problem } = useSaving();
  const kept = useKeptDraft(`team/${about}`, { ...before });
  const { name, kind, rooms } = kept.value;
  const [isChecked, setChecked] = useState(false);
  const errorOf = (typed: string) =>
    isChecked && typed.trim() === "" ? common.required : undefined;

  async function save(): Promise<void> {
    setChecked(true);
    const given = {
      name: name.trim(),
      kind,
      rooms: rooms.map((room) => ({ ...room, name: room.name.trim() })),
    };
    if ([given, ...given.rooms].some((each) => each.name === "")) return;
    const saved = await run(() => onSave(given));
    if (saved === undefined) return;
    kept.drop();
    onClose();
  }

  const setRoom = (at: number, room: Room | null) =>
    kept.set({ rooms: rooms.toSpliced(at, 1, ...(room ? [room] : [])) });
  return (
    <FormFrame
      label={label}
      form={{ ...kept, isSaving, problem }}
      saveLabel={common.save}
      closeLabel={common.cancel}
      canSave
      onSave={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={text.teams.name}
        value={name}
        onChange={(typed) => kept.set({ name: typed })}
        error={errorOf(name)}
        isRequired
      />
      {(isNew || mayWrite(team, "kind", roles)) && (
        <SelectField
          label={text.teams.kind}
          value={kind}
          choices={(["clinic", "service-group"] as const).map((value) => ({
            value,
            label: text.teams.kinds[value],
          }))}
          onChange={(chosen) => kept.set({ kind: chosen })}
        />
      )}
      <fieldset className="rooms">
        <legend>{text.teams.rooms}</legend>
        <p className="hint">{text.teams.roomsHint}</p>
        {rooms.map((room, at) => (
          <div className="room" key={room.id ?? `new ${at}`}>
            <TextField
              label={text.teams.room(at + 1)}
              value={room.name}
              onChange={(typed) => setRoom(at, { ...room, name: typed })}
              error={errorOf(room.name)}
            />
            <Button
              look="quiet"
              aria-label={text.teams.removeRoom(at + 1, room.name)}
              onPress={() => setRoom(at, null)}
            >
              {text.teams.remove}
            </Button>
          </div>
        ))}
        <Button
          onPress={() =>
            kept.set({ rooms: [...rooms, { id: null, name: "" }] })
          }
        >
          {text.teams.addRoom}
        </Button>
      </fieldset>
    </FormFrame>
  );
}
