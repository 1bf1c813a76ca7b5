import { useRef, useState } from "react";

import type { Result } from "@suture/schema";
import type { SaveProblem } from "@suture/client";

import { useSaveWords } from "../app/use-save-words.ts";
import { useText } from "../text/use-text.ts";

export interface Saving {
  /** Gives what was saved; undefined where it was not, or where the save before still runs. */
  run<T>(save: () => Promise<Result<T, SaveProblem>>): Promise<T | undefined>;
  readonly isSaving: boolean;
  /** Why the last save did not happen. */
  readonly problem: string | null;
}

/** One save at a time, however often a form is sent; told in words where it did not happen. SPEC AP-7. */
export function useSaving(): Saving {
  const { common } = useText();
  const words = useSaveWords();
  const isRunning = useRef(false);
  const [isSaving, setIsSaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  return {
    isSaving,
    problem,
    async run(save) {
      if (isRunning.current) return undefined;
      isRunning.current = true;
      setIsSaving(true);
      setProblem(null);
      try {
        const saved = await save();
        if (saved.ok) return saved.value;
        setProblem(words(saved.error));
      } catch {
        // The store gave up; what was typed is still in the form.
        setProblem(common.storeFailed);
      } finally {
        isRunning.current = false;
        setIsSaving(false);
      }
      return undefined;
    },
  };
}
