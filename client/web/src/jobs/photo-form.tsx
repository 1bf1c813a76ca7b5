import { attachmentHashSchema } from "@suture/schema";
import { useState } from "react";

import { useApp } from "../app/app-deps.tsx";
import { FormFrame } from "../forms/form-frame.tsx";
import { useFieldForm } from "../forms/use-field-form.ts";
import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import { FilePick } from "./file-pick.tsx";
import type { JobRecord } from "./job-actions.tsx";
import { SmallPicture } from "./small-picture.tsx";

const empty = {
  title: "",
  hash: "",
  contentType: "",
  byteLength: 0,
  creation: "",
};

/** The picture is on the device as soon as it is chosen, so that a form which outlives the page still has it. */
export function PhotoForm({ record }: { readonly record: JobRecord }) {
  const { jobs } = useText();
  const { client, clock, makePicture } = useApp();
  const { attachments } = client;
  const form = useFieldForm(record, "job-photo", empty);
  const [problem, setProblem] = useState<string | null>(null);
  const [isMaking, setIsMaking] = useState(false);
  const { title, contentType, byteLength, creation } = form.value;
  const hash = attachmentHashSchema.safeParse(form.value.hash).data;

  const letGo = () => {
    if (hash !== undefined)
      void attachments.drop({ recordId: record.id, hash });
  };
  const take = async (file: File) => {
    setIsMaking(true);
    const picture = await makePicture(file).catch(() => undefined);
    const kept = picture && (await attachments.keep(record.id, picture));
    setIsMaking(false);
    if (kept === undefined)
      return setProblem(jobs.photoProblems["not-a-picture"]);
    if (!kept.ok) return setProblem(jobs.photoProblems[kept.error.code]);
    setProblem(null);
    if (kept.value.hash !== hash) letGo();
    form.set({
      ...kept.value,
      creation: new Date(clock.now()).toISOString(),
    });
  };
  const save = () => {
    if (hash === undefined) return;
    void form.submit(
      (draft) =>
        void draft.attachments.set({
          ...{ status: "active", hash, contentType, byteLength, creation },
          ...(title.trim() !== "" && { title: title.trim() }),
        }),
    );
  };
  return (
    <>
      <p className="muted">{jobs.photosLead}</p>
      <div className="actions">
        <FilePick
          label={isMaking ? jobs.makingPhoto : jobs.choosePhoto}
          isDisabled={isMaking}
          onPick={(file) => void take(file)}
        />
      </div>
      {problem !== null && (
        <Notice tone="warning" isLive>
          {problem}
        </Notice>
      )}
      {hash !== undefined && (
        <FormFrame
          label={jobs.choosePhoto}
          form={form}
          saveLabel={jobs.savePhoto}
          canSave
          onSave={save}
          onClose={letGo}
        >
          <SmallPicture
            key={hash}
            recordId={record.id}
            hash={hash}
            words={jobs.chosenPhoto}
          />
          <TextField
            label={jobs.caption}
            value={title}
            onChange={(next) => form.set({ title: next })}
          />
        </FormFrame>
      )}
    </>
  );
}
