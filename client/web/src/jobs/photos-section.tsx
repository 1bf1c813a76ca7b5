/**
 * Photos, by the SHA-256 of their bytes. Suture has no place for the bytes themselves yet, and says so: the file is handed to the
 * person's downloads before its fingerprint is recorded, and any file can be checked against one later. SPEC AP-49.
 */
import { mayWrite, serviceJob, type Attachment } from "@suture/schema";
import { useState } from "react";

import { useMe } from "../app/use-me.ts";
import { useText } from "../text/use-text.ts";
import type { JobRecord } from "./job-actions.tsx";
import type { Job } from "./job-words.ts";
import { FilePick } from "./file-pick.tsx";
import { fingerprintOf } from "./fingerprint.ts";
import { PhotoForm } from "./photo-form.tsx";

export function PhotosSection({
  record,
  job,
}: {
  readonly record: JobRecord;
  readonly job: Job;
}) {
  const { jobs } = useText();
  const { roles } = useMe();
  const photos = Object.entries(job.fields.attachments);
  return (
    <section className="job-section" aria-labelledby="photos">
      <h2 id="photos">{jobs.photosTitle}</h2>
      {photos.length === 0 && <p className="muted">{jobs.noPhotos}</p>}
      <ul className="work-list" aria-labelledby="photos">
        {photos.map(([id, photo]) => (
          <li
            key={id}
            className={photo.status === "active" ? "" : "taken-back"}
          >
            <Photo photo={photo} />
          </li>
        ))}
      </ul>
      {mayWrite(serviceJob, "attachments", roles) && (
        <PhotoForm record={record} />
      )}
    </section>
  );
}

function Photo({ photo }: { readonly photo: Attachment }) {
  const { jobs, common } = useText();
  const [isSame, setIsSame] = useState<boolean | null>(null);
  const title = jobs.photoTitle(photo.title);
  const check = async (file: File) =>
    setIsSame((await fingerprintOf(file)) === photo.hash);
  return (
    <div className="photo">
      <span>{title}</span>
      <span className="muted">
        {jobs.fingerprint(photo.hash)} · {jobs.kilobytes(photo.byteLength)}
        {photo.creation?.includes("T") === true &&
          ` · ${common.dateTime(Date.parse(photo.creation))}`}
      </span>
      <FilePick
        label={jobs.checkPhoto}
        name={jobs.checkPhotoOf(title)}
        onPick={(file) => void check(file)}
      />
      {isSame !== null && (
        <span role="status">{isSame ? jobs.isPhoto : jobs.isNotPhoto}</span>
      )}
    </div>
  );
}
