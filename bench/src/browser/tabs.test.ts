import { offline } from "@suture/client/testing";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";

import { AppWorld, isKept, opened, signIn } from "./app-world.test-support.ts";

let world: AppWorld;
beforeEach(async () => {
  world = await AppWorld.create();
});
afterEach(() => world.end());

const sent = (page: Page) => page.getByText("All your work is sent").first();

test("[WB-22] once opened, the app starts without a network", async () => {
  const device = await world.openDevice();
  await signIn(device, "manager");
  await isKept(device);
  await device.page.close();
  device.network.suffer(offline());
  const cold = await opened(device.context, "/reviews");
  await cold.getByText("Which medication is right").first().waitFor();
  await cold.getByText("Offline").first().waitFor();
  expect(device.complaints).toEqual([]);
});

test("[WB-20] of two tabs one syncs, and when it is closed the other goes on", async () => {
  const device = await world.openDevice();
  await signIn(device, "manager");
  const second = await opened(device.context, "/reviews");
  await sent(second).waitFor();
  await device.page.close();
  await sent(second).waitFor();
  device.network.suffer(offline());
  await second.getByText("Offline").first().waitFor();
  device.network.heal();
  await sent(second).waitFor();
});

test("[WB-24] who leaves last leaves nothing in the browser, and other tabs let go of it", async () => {
  const device = await world.openDevice();
  await signIn(device, "manager");
  const second = await opened(device.context, "/reviews");
  await sent(second).waitFor();
  const before = await keyOf(device.page);
  await device.page.getByRole("button", { name: /account/i }).click();
  await device.page.getByText("Sign out of this device").click();
  const loadedAnew = device.page.waitForEvent("load");
  await device.page.getByRole("button", { name: "Sign out" }).click();
  await loadedAnew;
  await device.page.getByLabel("E-mail").waitFor();
  // The page that was loaded anew has made its own, with another key, and nothing in it.
  expect(await keyOf(device.page)).not.toBe(before);
  await second.getByLabel("E-mail").waitFor();
});

/** What the data key lies in the browser as. */
async function keyOf(page: Page): Promise<unknown> {
  return page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open("suture-key-suture");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const all = opening.result.transaction("keys").objectStore("keys").getAll();
      all.onsuccess = () => {
        opening.result.close();
        resolve(all.result.map(({ wrapped }) => [...new Uint8Array(wrapped)].join()).join());
      };
    };
  })`);
}
