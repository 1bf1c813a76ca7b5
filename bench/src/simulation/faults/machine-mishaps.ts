/** Machines that lose power, and a server that is stopped in good order. Somebody switches them on again: `switchOn`. */
import type { SeededRandom } from "@suture/client/testing";

import type { Run, Step } from "../run.ts";
import type { DrawMishap } from "./mishap.ts";
import { startAgain } from "./start-again.ts";

export const killDevice: DrawMishap = ({ world }, random) => {
  const device = random.pick(world.devices);
  if (!device.isOn) return undefined;
  return {
    name: "fault:kill-device",
    words: `${device.name} loses power`,
    begin: async () => device.kill(),
    end: undefined,
  };
};

export const killServer: DrawMishap = ({ world }) =>
  world.server.running && {
    name: "fault:kill-server",
    words: "the server loses power",
    begin: async () => world.server.kill(),
    end: undefined,
  };

export const stopServer: DrawMishap = ({ world }) =>
  world.server.running && {
    name: "fault:stop-server",
    words: "the server is stopped for an update",
    begin: async () => void (await world.act(() => world.server.stop())),
    end: undefined,
  };

/** Undefined while everything is on. */
export function switchOn(run: Run, random: SeededRandom): Step | undefined {
  const { devices, server } = run.world;
  const off = devices.filter((device) => !device.isOn);
  if (server.running === undefined && (off.length === 0 || random.happens(0.5)))
    return {
      name: "switch-on-server",
      words: "the server is switched on",
      run: () => startAgain(run, server),
    };
  if (off.length === 0) return undefined;
  const device = random.pick(off);
  return {
    name: "switch-on-device",
    words: `${device.name} is switched on`,
    run: () => startAgain(run, device),
  };
}
