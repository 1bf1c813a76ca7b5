/** One photo: small on the page, large over it, or in words why it is not here. SPEC AT-11. */
import type { Attachment, RecordId } from "@suture/schema";
import { useState } from "react";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions, Dialog } from "../ui/dialog.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { usePicture } from "./use-picture.ts";

export function Photo({
  recordId,
  photo,
}: {
  readonly recordId: RecordId;
  readonly photo: Attachment;
}) {
  const { jobs, common } = useText();
  const picture = usePicture(recordId, photo.hash);
  const [isLarge, setIsLarge] = useState(false);
  const title = jobs.photoTitle(photo.title);
  const close = () => setIsLarge(false);
  return (
    <div className="photo">
      {picture.at === "here" && (
        <Button
          look="quiet"
          aria-label={jobs.enlarge(title)}
          onPress={() => setIsLarge(true)}
        >
          <img className="photo-small" src={picture.url} alt={title} />
        </Button>
      )}
      <div className="photo-words">
        <span>{title}</span>
        <span className="muted">
          {jobs.kilobytes(photo.byteLength)}
          {photo.creation?.includes("T") === true &&
            ` · ${common.dateTime(Date.parse(photo.creation))}`}
        </span>
        {picture.at === "loading" && (
          <span className="muted">{common.loading}</span>
        )}
        {picture.at === "missing" && (
          <span className="muted" role="status">
            {picture.code === "not-here"
              ? jobs.photoNotSent
              : jobs.photoNotFetched}
          </span>
        )}
        {picture.at === "here" && picture.unsent !== undefined && (
          <StatusLabel status={picture.unsent} />
        )}
      </div>
      {picture.at === "here" && (
        <Dialog title={title} isOpen={isLarge} onClose={close}>
          <img className="photo-large" src={picture.url} alt={title} />
          <Actions>
            <Button look="primary" onPress={close}>
              {jobs.closePhoto}
            </Button>
          </Actions>
        </Dialog>
      )}
    </div>
  );
}
