import { afterAll, beforeAll, expect, test } from "vitest";

import { AppWorld, signIn, type PersonKey } from "./app-world.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

const people: readonly PersonKey[] = [
  "receptionist",
  "clinician",
  "technician",
  "manager",
];

test.each(people)(
  "[WB-20] a %s signs in and has the organization's records",
  async (who) => {
    const device = await world.openDevice();
    await signIn(device, who);
    expect(device.complaints).toEqual([]);
  },
);
