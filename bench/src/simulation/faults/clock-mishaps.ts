/** Clocks that people, batteries and time services get wrong. Ended, the clock is right again. */
import { randomClockFault } from "@suture/client/testing";

import { lastingMishap, type DrawMishap } from "./mishap.ts";

const serverShare = 0.15;

export const upsetClock: DrawMishap = ({ world }, random) => {
  const { name, machine } = random.happens(serverShare)
    ? { name: "the server", machine: world.server.machine }
    : random.pick(world.devices);
  const fault = randomClockFault(random);
  return lastingMishap(fault, `the clock of ${name}`, () => {
    machine.clock.suffer(fault);
    return () => machine.clock.heal();
  });
};
