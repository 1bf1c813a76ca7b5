import { FormFrame } from "../forms/form-frame.tsx";
import { useSignForm } from "../forms/use-sign-form.ts";
import { useText } from "../text/use-text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/text-field.tsx";
import type { JobRecord, ServiceReading } from "./job-actions.tsx";
import { WorkLines } from "./work-lines.tsx";

/** Takes back the signature that closed the job, and says why. */
export function ReopenDialog({
  record,
  reading,
  onClose,
}: {
  readonly record: JobRecord;
  readonly reading: Extract<ServiceReading, { readonly status: "settled" }>;
  readonly onClose: () => void;
}) {
  const { jobs, common } = useText();
  const form = useSignForm({
    record,
    group: "service",
    reading,
    name: "job-reopen",
    initial: {
      why: "",
    },
  });
  const reason = form.value.why.trim();
  const reopen = async () => {
    const isSaved = await form.submit(
      (draft) => {
        draft.service.completion = null;
        draft.workStatus = "in-progress";
      },
      { reason },
    );
    if (isSaved) onClose();
  };
  return (
    <Dialog title={jobs.reopenTitle} isOpen onClose={onClose}>
      <p>{jobs.reopenBody}</p>
      <FormFrame
        label={jobs.reopenTitle}
        form={form}
        closeLabel={common.cancel}
        saveLabel={jobs.reopen}
        canSave={reason !== ""}
        onSave={() => void reopen()}
        onClose={onClose}
        now={<WorkLines content={reading.content} />}
      >
        <TextField
          label={jobs.reopenWhy}
          value={form.value.why}
          onChange={(value) => form.set({ why: value })}
          rows={2}
        />
      </FormFrame>
    </Dialog>
  );
}
