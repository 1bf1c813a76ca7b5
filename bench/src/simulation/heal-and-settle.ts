/** The end of a run: all faults end, whatever is off is started, and time passes until nothing is left to do. SPEC WO-51. */
import type { BrokenPromise, Run } from "./run.ts";

/** Answers with PM-11 broken if that does not come in time. */
export async function healAndSettle({
  world,
}: Run): Promise<BrokenPromise | undefined> {
  const unsettled = await world.healAndSettle();
  return unsettled === undefined
    ? undefined
    : { promise: "PM-11", words: unsettled };
}
