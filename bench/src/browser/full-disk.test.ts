import { afterAll, beforeAll, expect, test } from "vitest";

import { AppWorld, isKept, signIn } from "./app-world.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

test("[AP-145, WB-10] on a full device a form says that it was not saved and keeps what was typed; with space, the same form saves", async () => {
  const before = await world.openMortalDevice();
  const { network } = before;
  await signIn(before, "clinician");
  await isKept(before);
  await before.kill();

  const device = await world.openMortalDevice(network);
  const { page } = device;
  const browser = await device.context.newCDPSession(page);
  const origin = network.url;
  const { usage } = await browser.send("Storage.getUsageAndQuota", { origin });
  const limit = (quotaSize: number) =>
    browser.send("Storage.overrideQuotaForOrigin", { origin, quotaSize });
  await limit(usage + 3_000_000);
  await page.goto(`${network.url}/patients`);
  await page.getByText("Bela Birch").first().click();
  await page.getByRole("link", { name: "Add a medication" }).click();
  const medication = page.getByLabel("Medication");
  const dosage = page.getByLabel("Dosage");
  const sign = page.getByRole("button", { name: "Sign", exact: true });
  await medication.fill("Metoprolol 50 mg");

  await limit(1);
  // The browser goes on by the space there was, until as much was written.
  for (let at = 0; at < 20; at += 1)
    await dosage.fill(`${at}`.padEnd(300_000, "x"));
  await dosage.fill("1 tablet a day");
  await sign.click();
  await page
    .getByText("Not saved — this device cannot store it.")
    .first()
    .waitFor();
  expect(await medication.inputValue()).toBe("Metoprolol 50 mg");
  expect(await dosage.inputValue()).toBe("1 tablet a day");

  await browser.send("Storage.overrideQuotaForOrigin", { origin });
  await sign.click();
  await page.getByRole("link", { name: "Add a medication" }).waitFor();
  await page.getByText("Metoprolol 50 mg").first().waitFor();
  await page.getByText("All your work is sent").first().waitFor();
  expect(device.complaints).toEqual([]);
});
