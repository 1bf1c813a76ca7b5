import { useState } from "react";

import { useApp } from "../app/app-deps.tsx";
import { FormFrame } from "../forms/form-frame.tsx";
import { useFieldForm } from "../forms/use-field-form.ts";
import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import { FilePick } from "./file-pick.tsx";
import { fingerprintOf } from "./fingerprint.ts";
import type { JobRecord } from "./job-actions.tsx";

const empty = {
  title: "",
  hash: "",
  contentType: "",
  byteLength: 0,
  fileName: "",
  creation: "",
};
const contentTypes = /^image\/([a-z0-9]+)/;

/** The picture leaves for the downloads as soon as it is chosen: what is recorded later, after a reload too, is the fingerprint. */
export function PhotoForm({ record }: { readonly record: JobRecord }) {
  const { jobs } = useText();
  const { clock, saveFile } = useApp();
  const form = useFieldForm(record, "job-photo", empty);
  const [isPicture, setIsPicture] = useState(true);
  const { title, hash, contentType, byteLength, fileName, creation } =
    form.value;
  const take = async (file: File) => {
    const [, ending] = contentTypes.exec(file.type) ?? [];
    setIsPicture(ending !== undefined);
    if (ending === undefined) return;
    const fingerprint = await fingerprintOf(file);
    const name = jobs.photoFileName(fingerprint, ending);
    saveFile(name, file);
    form.set({
      hash: fingerprint,
      contentType: file.type,
      byteLength: file.size,
      fileName: name,
      creation: new Date(clock.now()).toISOString(),
    });
  };
  const keep = () =>
    void form.submit(
      (draft) =>
        void draft.attachments.set({
          status: "active",
          hash,
          contentType,
          byteLength,
          creation,
          ...(title.trim() !== "" && { title: title.trim() }),
        }),
    );
  return (
    <>
      <p className="muted">{jobs.photosLead}</p>
      <div className="actions">
        <FilePick
          label={jobs.choosePhoto}
          isCamera
          onPick={(file) => void take(file)}
        />
      </div>
      {!isPicture && (
        <Notice tone="warning" isLive>
          {jobs.notAPhoto}
        </Notice>
      )}
      {hash !== "" && (
        <FormFrame
          label={jobs.choosePhoto}
          form={form}
          saveLabel={jobs.savePhoto}
          canSave
          onSave={keep}
          onClose={() => undefined}
        >
          <Notice>{jobs.photoCopied(fileName)}</Notice>
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
