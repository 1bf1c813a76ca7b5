import {
  busy,
  captivePortal,
  offline,
  stripsWebSocket,
  type NetworkFault,
} from "@suture/client/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  AppWorld,
  isKept,
  signIn,
  type AppDevice,
} from "./app-world.test-support.ts";

let world: AppWorld;
let device: AppDevice;
beforeAll(async () => {
  world = await AppWorld.create();
  device = await world.openDevice();
  await signIn(device, "manager");
  await isKept(device);
});
afterAll(() => world.end());

test.each<[NetworkFault, string]>([
  [offline(), "The server cannot be reached."],
  [captivePortal(), "This network wants you to sign in to it first."],
  [stripsWebSocket(), "Something on this network keeps apps like this one"],
  [busy({ retryAfterMs: 1_000 }), "The server is busy."],
])(
  "[WB-21] a page says what stands in the way, and syncs again by itself once it is gone: %o",
  async (fault, sentence) => {
    const { network, page } = device;
    const heal = network.suffer(fault);
    // Whatever is open already goes on under some of them.
    await page.reload();
    await page.getByText(sentence).first().waitFor();
    await page.getByText("Offline").first().waitFor();
    expect([...network.felt]).toContain(fault.name);
    heal();
    await page.getByText("All your work is sent").first().waitFor();
  },
);
