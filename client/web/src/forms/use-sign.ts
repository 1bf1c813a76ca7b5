/** Signs a group, on exactly the statements that are on the screen: all that stand, or one version of a conflict. SPEC AP-47. */
import type { GroupName, GroupReading, OpId, RecordType } from "@suture/schema";
import type { Draft, SaveOptions, SutureRecord } from "@suture/client";

import { useEdit } from "./use-edit.ts";

export interface Sign<R extends RecordType> {
  /** `changed`: a statement came in this very moment that has not been on the screen. Nothing was signed. */
  sign(
    write: (draft: Draft<R>) => void,
    options?: SaveOptions,
  ): Promise<"saved" | "changed" | "failed">;
  readonly isSaving: boolean;
  readonly problem: string | null;
}

export function useSign<R extends RecordType, G extends GroupName<R>>(
  record: SutureRecord<R>,
  group: G,
  reading: GroupReading<R["groups"][G]["parts"]>,
  version: OpId | null = null,
): Sign<R> {
  const { save, isSaving, problem } = useEdit(
    record,
    version === null ? null : { group, opId: version },
  );
  const shown = standing(reading);
  return {
    isSaving,
    problem,
    async sign(write, options) {
      let hasChanged = false;
      const isSaved = await save((draft, now) => {
        hasChanged = standing(now.group(group)) !== shown;
        if (!hasChanged) write(draft);
        return !hasChanged;
      }, options);
      if (hasChanged) return "changed";
      return isSaved ? "saved" : "failed";
    },
  };
}

/** Names what stands in a group: the statements that are in force. */
export function standing(reading: GroupReading): string {
  const signed =
    reading.status === "settled" ? reading.signatures : reading.candidates;
  return ["on", ...signed.map(({ opId }) => opId)].join(" ");
}
