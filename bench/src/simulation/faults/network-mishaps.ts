import { randomNetworkFault } from "@suture/client/testing";

import { lastingMishap, type DrawMishap } from "./mishap.ts";

/** On the line of one device. */
export const breakNetwork: DrawMishap = ({ world }, random) => {
  const { name, link } = random.pick(world.devices);
  const fault = randomNetworkFault(random);
  return lastingMishap(fault, `the line of ${name}`, () => link.suffer(fault));
};
