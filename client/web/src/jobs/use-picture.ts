import type { Attachment, RecordId } from "@suture/schema";
import type { ReadProblem, UnsentAttachment } from "@suture/client";
import {
  useClient,
  useConnection,
  useUnsentAttachments,
} from "@suture/client/react";
import { useEffect, useState } from "react";

export type ShownPicture =
  | { readonly at: "loading" }
  | {
      readonly at: "here";
      readonly url: string;
      /** How it stands, where only this device has it. */
      readonly unsent: UnsentAttachment | undefined;
    }
  | { readonly at: "missing"; readonly code: ReadProblem["code"] };

type Read = Exclude<ShownPicture, { at: "here" }> | { at: "here"; url: string };

/** A picture that a record names, by an address that is good while it is shown. One that is not here is asked for at each connection. */
export function usePicture(
  recordId: RecordId,
  hash: Attachment["hash"],
): ShownPicture {
  const { attachments } = useClient();
  const isConnected = useConnection().state === "up-to-date";
  const unsent = useUnsentAttachments().attachments;
  const [picture, setPicture] = useState<Read>({ at: "loading" });
  const isHere = picture.at === "here";

  useEffect(() => {
    // What is here is not read again because the connection came or went.
    if (isHere) return undefined;
    let isWanted = true;
    void attachments.read({ recordId, hash }).then((read) => {
      if (!isWanted) return;
      if (!read.ok) return setPicture({ at: "missing", code: read.error.code });
      const { bytes, contentType: type } = read.value;
      const file = new Blob([new Uint8Array(bytes)], { type });
      setPicture({ at: "here", url: URL.createObjectURL(file) });
    });
    return () => {
      isWanted = false;
    };
  }, [attachments, recordId, hash, isConnected, isHere]);

  const url = picture.at === "here" ? picture.url : null;
  useEffect(
    () => () => {
      if (url !== null) URL.revokeObjectURL(url);
    },
    [url],
  );

  if (picture.at !== "here") return picture;
  return {
    ...picture,
    unsent: unsent?.find(
      (one) => one.recordId === recordId && one.hash === hash,
    ),
  };
}
