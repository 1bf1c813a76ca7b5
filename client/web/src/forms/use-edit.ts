/** One save of a record: written, saved, and told in words where it was not. SPEC AP-7. */
import { useState } from "react";

import type { RecordType } from "@suture/schema";
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

export function useEdit<R extends RecordType>(
  record: SutureRecord<R>,
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
        const form = await record.edit();
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
