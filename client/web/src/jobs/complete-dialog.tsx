import { workDigest } from "@suture/schema";

import { useApp } from "../app/app-deps.tsx";
import { FormFrame } from "../forms/form-frame.tsx";
import { useSignForm } from "../forms/use-sign-form.ts";
import { useText } from "../text/use-text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import type { JobRecord, ServiceReading } from "./job-actions.tsx";
import { WorkLines } from "./work-lines.tsx";

/**
 * Signs that the job is done. It names the digest of the parts and the test that are on the screen, so that neither can be changed
 * under the signature.
 */
export function CompleteDialog({
  record,
  reading,
  onClose,
}: {
  readonly record: JobRecord;
  readonly reading: Extract<ServiceReading, { readonly status: "settled" }>;
  readonly onClose: () => void;
}) {
  const { jobs, common } = useText();
  const { clock } = useApp();
  const { content } = reading;
  const form = useSignForm({
    record,
    group: "service",
    reading,
    name: "job-complete",
    initial: {
      reason: "",
    },
    isBegunByOpening: true,
  });
  const reason = form.value.reason.trim();
  const complete = async () => {
    const isSaved = await form.submit(
      (draft) => {
        draft.service.completion = {
          at: new Date(clock.now()).toISOString(),
          closes: workDigest(content),
        };
        draft.workStatus = "completed";
      },
      reason === "" ? {} : { reason },
    );
    if (isSaved) onClose();
  };
  return (
    <Dialog title={jobs.completeTitle} isOpen onClose={onClose}>
      <p>{jobs.completeLead}</p>
      <WorkLines content={content} withCompletion={false} />
      {content.safetyTest === null && (
        <Notice tone="warning">{jobs.completeNoTest}</Notice>
      )}
      {content.safetyTest?.result === "failed" && (
        <Notice tone="danger">{jobs.completeFailedTest}</Notice>
      )}
      <FormFrame
        label={jobs.completeTitle}
        form={form}
        closeLabel={common.cancel}
        saveLabel={jobs.confirmComplete}
        canSave
        onSave={() => void complete()}
        onClose={onClose}
      >
        <TextField
          label={jobs.completeReason}
          value={form.value.reason}
          onChange={(value) => form.set({ reason: value })}
        />
      </FormFrame>
    </Dialog>
  );
}
