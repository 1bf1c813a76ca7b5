/** A device whose browser has no space when the app is opened: what is stored is there, and it goes on once there is space. */
import { afterAll, beforeAll, expect, test } from "vitest";

import { AppWorld, isKept, signIn } from "./app-world.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

test("[AP-166, WB-50] an app that is opened on a full device shows what is stored, says that nothing can be stored, and saves once there is space", async () => {
  const before = await world.openMortalDevice();
  const { network } = before;
  await signIn(before, "clinician");
  await isKept(before);
  await before.page.goto(`${network.url}/patients`);
  await before.page.getByText("Bela Birch").first().waitFor();
  await before.kill();

  const device = await world.openMortalDevice(network);
  const { page } = device;
  const browser = await device.context.newCDPSession(page);
  const origin = network.url;
  // Before anything is read, so that the browser knows of no space that there was.
  await browser.send("Storage.overrideQuotaForOrigin", {
    origin,
    quotaSize: 1,
  });
  await page.goto(`${network.url}/patients`);
  await page.getByText("This device has no space left").waitFor();
  await page.getByText("Bela Birch").first().click();
  await page.getByRole("link", { name: "Add a medication" }).click();
  const medication = page.getByLabel("Medication");
  await medication.fill("Metoprolol 50 mg");
  await page.getByLabel("Dosage").fill("1 tablet a day");
  const sign = page.getByRole("button", { name: "Sign", exact: true });
  await sign.click();
  await page
    .getByText("Not saved — this device cannot store it.")
    .first()
    .waitFor();
  expect(await medication.inputValue()).toBe("Metoprolol 50 mg");

  await browser.send("Storage.overrideQuotaForOrigin", { origin });
  await page
    .getByText("This device has no space left")
    .waitFor({ state: "detached" });
  await sign.click();
  await page.getByRole("link", { name: "Add a medication" }).waitFor();
  await page.getByText("Metoprolol 50 mg").first().waitFor();
  await page.getByText("All your work is sent").first().waitFor();
  expect(device.complaints).toEqual([]);
});
