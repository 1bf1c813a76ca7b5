import type { serviceJob } from "@suture/schema";
import type { Draft } from "@suture/client";

export type PartsDraft = Draft<typeof serviceJob>["service"]["partsReplaced"];

/** Takes entries back as entered in error: one of them, or all. They stay in the history. */
export function endParts(draft: PartsDraft, only?: string): void {
  for (const [id, entry] of Object.entries(draft.entries))
    if (only === undefined || only === id)
      draft.end(id, { ...entry, status: "entered-in-error" });
}
