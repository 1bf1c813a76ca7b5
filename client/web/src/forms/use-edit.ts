/** One save of a record: written, saved, and told in words where it was not. SPEC AP-7. */
import { useState } from "react";

import { ok, type GroupName, type OpId, type RecordType } from "@suture/schema";
import type {
  Draft,
  RecordSnapshot,
  SaveOptions,
  SutureRecord,
} from "@suture/client";

import { useSaveWords } from "../app/use-save-words.ts";
import { useText } from "../text/use-text.ts";

export interface Edit<R extends RecordType> {
  /**
   * Writes on what the record shows now. `write` is given that, too, and answers false where it must not be built on after all.
   * Answers whether it was saved.
   */
  save(
    write: (draft: Draft<R>, shown: RecordSnapshot<R>) => boolean | void,
    options?: SaveOptions,
  ): Promise<boolean>;
  readonly isSaving: boolean;
  /** Why the last save did not happen. */
  readonly problem: string | null;
}

/** One candidate of a conflict: what is written on it leaves the conflict open. SPEC CO-11. */
export interface Version<R extends RecordType> {
  readonly group: GroupName<R>;
  readonly opId: OpId;
}

/** Writes on the record as a whole, or on one version of what is contested. */
export function useEdit<R extends RecordType>(
  record: SutureRecord<R>,
  version: Version<R> | null = null,
): Edit<R> {
  const { common } = useText();
  const words = useSaveWords();
  const [isSaving, setIsSaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  return {
    isSaving,
    problem,
    async save(write, options) {
      if (isSaving) return false;
      setIsSaving(true);
      setProblem(null);
      try {
        const opened = await openForm(record, version);
        if (!opened.ok) {
          setProblem(words(opened.error));
          return false;
        }
        const form = opened.value;
        if (write(form.draft, form.shown) === false) return false;
        const saved = await form.save(options);
        if (!saved.ok) setProblem(words(saved.error));
        return saved.ok;
      } catch {
        // The store gave up; what was typed is still in the form.
        setProblem(common.storeFailed);
        return false;
      } finally {
        setIsSaving(false);
      }
    },
  };
}

async function openForm<R extends RecordType>(
  record: SutureRecord<R>,
  version: Version<R> | null,
) {
  return version === null
    ? ok(await record.edit())
    : record.editCandidate(version.group, version.opId);
}
