import { useState } from "react";

import { useText } from "../../text/use-text.ts";
import { useApp } from "../app-deps.tsx";

/** A copy of what is on this device only, as a file for the person to keep or to carry to a server. SPEC AP-11. */
export function useSaveUnsent() {
  const { client, clock, saveFile } = useApp();
  const { unsent } = useText();
  const [isSaved, setIsSaved] = useState(false);
  const save = async () => {
    const copy = await client.exportUnsynced();
    saveFile(unsent.fileName(fileStamp(clock.now())), jsonFile(copy));
    setIsSaved(true);
  };
  return { save, isSaved };
}

export function jsonFile(value: unknown): Blob {
  return new Blob([JSON.stringify(value, null, 2)], {
    type: "application/json",
  });
}

/** Sorts by time and is allowed in every file system. */
export function fileStamp(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replaceAll(":", "");
}
