import type { Attachment, RecordId } from "@suture/schema";

import { usePicture } from "./use-picture.ts";

/** A picture of the device's own, small; nothing where it cannot be shown. */
export function SmallPicture({
  recordId,
  hash,
  words,
}: {
  readonly recordId: RecordId;
  readonly hash: Attachment["hash"];
  readonly words: string;
}) {
  const picture = usePicture(recordId, hash);
  return picture.at === "here" ? (
    <img className="photo-small" src={picture.url} alt={words} />
  ) : null;
}
