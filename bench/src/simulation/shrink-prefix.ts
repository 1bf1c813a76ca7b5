/**
 * Finds the fewest first steps of a broken seed after which, once all is healed, a promise is still broken. SPEC WO-54.
 *
 * More steps need not break what fewer do, so halving finds a short prefix and not always the shortest: what lies just below
 * is tried as well.
 */
import type { SeedReport } from "./run-seed.ts";

const triesBelow = 6;

/** `runPrefix` runs the seed stopped after so many steps. Answers with the shortest broken run found, `whole` itself at worst. */
export async function shrinkPrefix(
  whole: SeedReport,
  runPrefix: (stopAfter: number) => Promise<SeedReport>,
): Promise<SeedReport> {
  let shortest = whole;
  const isBroken = async (stopAfter: number) => {
    const report = await runPrefix(stopAfter);
    if (report.broken !== undefined) shortest = report;
    return report.broken !== undefined;
  };
  let holdsAt = -1;
  while (shortest.stepCount - holdsAt > 1) {
    const between = Math.floor((holdsAt + shortest.stepCount) / 2);
    if (!(await isBroken(between))) holdsAt = between;
  }
  for (let below = 2; below <= triesBelow; below += 1) {
    const stopAfter = shortest.stepCount - below;
    if (stopAfter < 0) break;
    if (await isBroken(stopAfter)) below = 1;
  }
  return shortest;
}
