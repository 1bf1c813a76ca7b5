import {
  randomDiskFault,
  type SeededRandom,
  type SimulatedDisk,
} from "@suture/client/testing";

import { lastingMishap, type DrawMishap, type Mishap } from "./mishap.ts";

export const breakDeviceDisk: DrawMishap = ({ world }, random) => {
  const { name, machine } = random.pick(world.devices);
  return breakDisk(machine.disk, name, random);
};

export const breakServerDisk: DrawMishap = ({ world }, random) =>
  breakDisk(world.server.machine.disk, "the server", random);

function breakDisk(
  disk: SimulatedDisk,
  of: string,
  random: SeededRandom,
): Mishap {
  const fault = randomDiskFault(random);
  return lastingMishap(fault, `the disk of ${of}`, () => disk.suffer(fault));
}
