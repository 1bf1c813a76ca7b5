/** Which answers hold something that must not be acted on while it is contested. SPEC AP-63, CF-10. */
import type { GroupDefinition } from "@suture/schema";

import type { ConflictQuestion } from "./ask-conflict.ts";

export interface Marks {
  readonly hasDoNotAct: boolean;
}

/** Of the answer at this position. */
export function marksOf(
  group: GroupDefinition,
  { contested }: ConflictQuestion,
  position: number,
): Marks {
  return {
    hasDoNotAct: contested.some((row) => {
      const part = group.parts[row.part];
      return (
        part?.kind === "entries" &&
        part.whileContested === "do-not-act" &&
        row.versions[position] !== undefined
      );
    }),
  };
}
