import { SeededRandom } from "@suture/client/testing";

import { beginHospitalPlay } from "./hospital-play.ts";
import { foundHospital } from "./people/found-hospital.ts";
import type { Stage } from "./stage.ts";

export const mostSteps = 200;
const fewestSteps = 10;
/** The higher, the more of the runs are short: most of what can break, breaks in few steps. */
const skew = 8;

/** Runs of a few steps mostly, of 200 at most, that begin on a Monday morning. */
export async function ordinaryRun(): Promise<Stage> {
  const hospital = await foundHospital();
  return {
    begin(seed) {
      const stepCount = drawStepCount(seed);
      return beginHospitalPlay(hospital, seed, (taken) => taken < stepCount);
    },
  };
}

function drawStepCount(seed: number): number {
  const fraction = new SeededRandom(seed).fork("length").fraction();
  return fewestSteps + Math.floor((mostSteps - fewestSteps) * fraction ** skew);
}
