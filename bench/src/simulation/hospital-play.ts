/** A run in the founded hospital: its people act, things go wrong, and the promises are watched. */
import { createWorld, type World } from "@suture/client/testing";

import { drawClimate, drawPauseMs } from "./climate.ts";
import { FaultSteps } from "./faults/fault-steps.ts";
import { Journal } from "./journal.ts";
import type { Hospital } from "./people/hospital.ts";
import { People } from "./people/people.ts";
import { createPromises } from "./promises/create-promises.ts";
import type { Run } from "./run.ts";
import type { Play } from "./stage.ts";
import { Tally } from "./tally.ts";

export async function beginHospitalPlay(
  hospital: Hospital,
  seed: number,
  goesOnAfter: (stepCount: number, run: Run) => boolean,
): Promise<Play> {
  const run = await openHospital(hospital, seed);
  const { random } = run.world;
  const climate = drawClimate(random.fork("climate"));
  const whoseTurn = random.fork("whose turn");
  const pauses = random.fork("pauses");
  const people = new People({ run, hospital });
  const faultSteps = new FaultSteps(run, random.fork("faults"), climate.kinds);
  return {
    run,
    promises: createPromises({ run, hospital }),
    goesOnAfter: (stepCount) => goesOnAfter(stepCount, run),
    nextStep() {
      const goesWrong = whoseTurn.happens(climate.faultShare);
      return faultSteps.next(goesWrong) ?? people.nextStep();
    },
    pauseMs: () => drawPauseMs(climate.tempo, pauses),
  };
}

/** Everybody's app is open. */
async function openHospital(hospital: Hospital, seed: number): Promise<Run> {
  const world = await createWorld({
    seed,
    devices: hospital.deviceNames,
    startServer: hospital.startServer,
    from: hospital.image,
  });
  for (const device of world.devices) await device.start();
  const tally = new Tally();
  countFaults(world, tally);
  return {
    world,
    journal: new Journal(),
    tally,
    random: world.random.fork("people"),
  };
}

/** Only those that did something count. */
function countFaults({ devices, server }: World, tally: Tally): void {
  const count = (name: string) => tally.count(`fault:${name}`);
  for (const { link } of devices) link.onFelt = count;
  for (const { machine } of [...devices, server]) {
    machine.disk.onFelt = count;
    machine.clock.onFelt = count;
  }
}
