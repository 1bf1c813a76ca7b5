/** What a world can suffer from: networks, disks, clocks and tokens. */
import {
  randomClockFault,
  randomDiskFault,
  randomNetworkFault,
  tokenExpires,
  type SeededRandom,
} from "@suture/client/testing";

import type { Run } from "../run.ts";
import { lastingMishap, type DrawMishap } from "./mishap.ts";

/** Of the faults of networks and clocks, those that are the server's: then all lines are hit at once. */
const serverShare = 0.1;

export const breakNetwork: DrawMishap = ({ world }, random) => {
  const name = anyMachine(world, random);
  const fault = randomNetworkFault(random);
  return lastingMishap(fault, `the network of ${name}`, () =>
    world.suffer(name, fault),
  );
};

export const breakDeviceDisk: DrawMishap = ({ world }, random) =>
  breakDisk(world, random.pick(world.devices).name, random);

export const breakServerDisk: DrawMishap = ({ world }, random) =>
  breakDisk(world, "server", random);

/** Ended, the clock is right again. */
export const upsetClock: DrawMishap = ({ world }, random) => {
  const name = anyMachine(world, random);
  const fault = randomClockFault(random);
  return lastingMishap(fault, `the clock of ${name}`, () => {
    world.suffer(name, fault);
    const { machine } = name === "server" ? world.server : world.device(name);
    return () => machine.clock.heal();
  });
};

/** Somebody on the device has to sign in again, unless it renews them in time. */
export const endTokens: DrawMishap = ({ world }, random) => {
  const { name } = random.pick(world.devices);
  const afterMs = random.between(0, 60_000);
  return {
    name: "fault:tokenExpires",
    words: `the sign-ins on ${name} end in ${afterMs} ms`,
    begin: async () => void world.suffer(name, tokenExpires({ afterMs })),
    end: undefined,
  };
};

function breakDisk(world: Run["world"], name: string, random: SeededRandom) {
  const fault = randomDiskFault(random);
  return lastingMishap(fault, `the disk of ${name}`, () =>
    world.suffer(name, fault),
  );
}

function anyMachine({ devices }: Run["world"], random: SeededRandom): string {
  return random.happens(serverShare) ? "server" : random.pick(devices).name;
}
