/** Photos of a job: taken or chosen without a network too, kept on the device until the server has them, seen by colleagues. SPEC AP-49. */
import { mayWrite, serviceJob } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useText } from "../text/use-text.ts";
import type { JobRecord } from "./job-actions.tsx";
import type { Job } from "./job-words.ts";
import { PhotoForm } from "./photo-form.tsx";
import { Photo } from "./photo.tsx";

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
            <Photo key={photo.hash} recordId={record.id} photo={photo} />
          </li>
        ))}
      </ul>
      {mayWrite(serviceJob, "attachments", roles) && (
        <PhotoForm record={record} />
      )}
    </section>
  );
}
