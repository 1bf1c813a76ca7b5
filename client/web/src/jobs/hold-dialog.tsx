import { useApp } from "../app/app-deps.tsx";
import { FormFrame } from "../forms/form-frame.tsx";
import { useFieldForm } from "../forms/use-field-form.ts";
import { useText } from "../text/use-text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/text-field.tsx";
import type { JobRecord } from "./job-actions.tsx";

/** Puts the job on hold and says why, in one save. */
export function HoldDialog({
  record,
  onClose,
}: {
  readonly record: JobRecord;
  readonly onClose: () => void;
}) {
  const { jobs, common } = useText();
  const { clock } = useApp();
  const form = useFieldForm(record, "job-hold", { why: "" });
  const why = form.value.why.trim();
  const hold = async () => {
    const isSaved = await form.submit((draft) => {
      draft.workStatus = "on-hold";
      draft.notes.set({
        status: "active",
        text: jobs.holdNote(why),
        time: new Date(clock.now()).toISOString(),
      });
    });
    if (isSaved) onClose();
  };
  return (
    <Dialog title={jobs.holdTitle} isOpen onClose={onClose}>
      <FormFrame
        label={jobs.holdTitle}
        form={form}
        closeLabel={common.cancel}
        saveLabel={jobs.hold}
        canSave={why !== ""}
        onSave={() => void hold()}
        onClose={onClose}
      >
        <TextField
          label={jobs.holdWhy}
          hint={jobs.holdWhyHint}
          value={form.value.why}
          onChange={(value) => form.set({ why: value })}
          rows={3}
        />
      </FormFrame>
    </Dialog>
  );
}
