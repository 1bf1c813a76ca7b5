import type { SaveProblem } from "@suture/client";

import { useText } from "../text/use-text.ts";

/** Why a save did not happen, in words for the person; what they typed stays in the form. SPEC AP-7. */
export function useSaveWords(): (problem: SaveProblem) => string {
  const { common } = useText();
  return ({ code, reason }) =>
    common.saveProblem[code] ?? common.saveRefused(reason);
}
