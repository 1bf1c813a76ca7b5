/** One question to the server, asked when it is first shown and again when told to. SPEC AP-80. */
import { useCallback, useEffect, useState } from "react";

import type { Result } from "@suture/schema";

import type { ApiProblem } from "./api-problem.ts";

export type Asked<T> =
  | { readonly state: "asking"; readonly value: T | null }
  | { readonly state: "answered"; readonly value: T }
  | {
      readonly state: "failed";
      readonly problem: ApiProblem;
      /** What it last answered. */
      readonly value: T | null;
    };

/** `ask` keeps its identity for as long as it asks the same; another one is asked at once. */
export function useAsked<T>(
  ask: () => Promise<Result<T, ApiProblem>>,
): Asked<T> & { again(): void } {
  const [asked, setAsked] = useState<Asked<T>>({
    state: "asking",
    value: null,
  });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    let isWanted = true;
    setAsked(({ value }) => ({ state: "asking", value }));
    void ask().then((answer) => {
      if (!isWanted) return;
      setAsked(({ value }) =>
        answer.ok
          ? { state: "answered", value: answer.value }
          : { state: "failed", problem: answer.error, value },
      );
    });
    return () => {
      isWanted = false;
    };
  }, [ask, round]);
  return { ...asked, again };
}
