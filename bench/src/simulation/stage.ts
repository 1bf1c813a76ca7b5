/** Where runs take place: who is there, what happens next, and what must hold meanwhile. */
import { z } from "zod";

import type { Promises, Run, Step } from "./run.ts";

export const stageNameSchema = z.enum(["ordinary", "day"]);
export type StageName = z.infer<typeof stageNameSchema>;

/** One run on its stage. */
export interface Play {
  readonly run: Run;
  readonly promises: Promises;
  /** Whether another step comes after so many. */
  goesOnAfter(stepCount: number): boolean;
  /** Drawn by chance, from how things stand. */
  nextStep(): Step;
  /** How much time passes after a step; drawn anew for each. */
  pauseMs(): number;
}

export interface Stage {
  /** Everything about the play follows from the seed. */
  begin(seed: number): Promise<Play>;
}
