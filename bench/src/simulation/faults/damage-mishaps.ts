/** Devices on whose disk something is damaged while they are off. What only lay there may be gone; it must be told. */
import { randomDamage } from "@suture/client/testing";

import { faultInWords, type DrawMishap } from "./mishap.ts";
import { startAgain } from "./start-again.ts";

export const damageDevice: DrawMishap = (run, random) => {
  const { world, journal } = run;
  const device = random.pick(world.devices);
  const { name, machine } = device;
  const damage = randomDamage(random);
  return {
    name: "damage-device",
    words: `${name} loses power, and its disk is damaged: ${faultInWords(damage)}`,
    begin: async () => {
      device.kill();
      const before = machine.disk.image();
      const isDamaged = machine.disk.damage(damage);
      const after = machine.disk.image();
      await startAgain(run, device);
      if (!isDamaged) return;
      const opened = device.isOn ? machine.disk.image() : undefined;
      journal.noteDamaged({ machine: name, before, after, opened });
    },
    end: undefined,
  };
};
