import { beginHospitalPlay } from "./hospital-play.ts";
import { foundHospital } from "./people/found-hospital.ts";
import type { Stage } from "./stage.ts";

const workingMs = 10 * 3_600_000;
/** From one step to the next; some three hundred make a day. */
const longestPauseMs = 240_000;

/** Whole days: as many steps as fit into the hours that people work. */
export async function clinicDay(): Promise<Stage> {
  const hospital = await foundHospital();
  return {
    async begin(seed) {
      const play = await beginHospitalPlay(
        hospital,
        seed,
        (_, { world }) => world.time.nowMs < hospital.nowMs + workingMs,
      );
      const pauses = play.run.world.random.fork("pauses of a day");
      return { ...play, pauseMs: () => pauses.between(0, longestPauseMs) };
    },
  };
}
