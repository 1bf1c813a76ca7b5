import { useState, type FormEvent } from "react";

import { useText } from "../../text/use-text.ts";

export interface Submit {
  readonly isBusy: boolean;
  /** What went wrong the last time. */
  readonly problem: string | null;
  onSubmit(event: FormEvent): void;
}

/** Runs a form's action once at a time. `action` answers what went wrong, or null. */
export function useSubmit(action: () => Promise<string | null>): Submit {
  const { common } = useText();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async () => {
    setIsBusy(true);
    setProblem(null);
    try {
      setProblem(await action());
    } catch {
      // A store that cannot even be read: nothing was saved, and what was typed stays.
      setProblem(common.storeFailed);
    }
    setIsBusy(false);
  };
  return {
    isBusy,
    problem,
    onSubmit(event) {
      event.preventDefault();
      if (!isBusy) void run();
    },
  };
}
