import { beginHospitalPlay } from "./hospital-play.ts";
import { foundHospital } from "./people/found-hospital.ts";
import type { Stage } from "./stage.ts";

const workingMs = 10 * 3_600_000;

/** Whole days: as many steps as fit into the hours that people work, at whatever pace they work. */
export async function clinicDay(): Promise<Stage> {
  const hospital = await foundHospital();
  return {
    begin: (seed) =>
      beginHospitalPlay(
        hospital,
        seed,
        (_, { world }) => world.time.nowMs < hospital.nowMs + workingMs,
      ),
  };
}
