/** A device whose browser has no space when the app is opened: what is stored is there, and it goes on once there is space. */
import { samplePassword } from "@suture/server";
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

test("[AP-167, WB-53] on a full device that is locked a right password opens, and guesses are counted over a browser that is killed", async () => {
  const before = await world.openMortalDevice();
  const { network } = before;
  await signIn(before, "clinician");
  await isKept(before);
  await before.page.getByRole("button", { name: "Account" }).click();
  await before.page.getByRole("menuitem", { name: "Switch person" }).click();
  await before.page.getByText("Who uses this device?").waitFor();
  // However long it takes to start a browser, no wait is over.
  const time = Number(await before.page.evaluate("Date.now()"));
  await before.kill();

  const reopened = async () => {
    const device = await world.openMortalDevice(network);
    const browser = await device.context.newCDPSession(device.page);
    const origin = network.url;
    const limit = { origin, quotaSize: 1 };
    await device.context.clock.setFixedTime(time);
    await browser.send("Storage.overrideQuotaForOrigin", limit);
    await device.page.goto(network.url);
    await device.page.getByText("This device has no space left").waitFor();
    await device.page.getByRole("button", { name: "Clinician" }).click();
    return {
      ...device,
      attempt: async (password: string) => {
        await device.page.getByLabel("Password").fill(password);
        await device.page.getByRole("button", { name: "Continue" }).click();
      },
    };
  };
  const wrong = "That is not their password.";
  const first = await reopened();
  await first.attempt("a guess");
  await first.page.getByText(wrong).waitFor();
  await first.kill();

  const second = await reopened();
  await second.attempt("another guess");
  await second.page.getByText(wrong).waitFor();
  await second.attempt(samplePassword);
  await second.page.getByText("· Clinician").waitFor();
  await second.page.getByRole("link", { name: "Patients" }).click();
  await second.page.getByText("Bela Birch").first().waitFor();
  await second.kill();

  const third = await reopened();
  for (const guess of ["one", "two", "three"]) {
    await third.attempt(guess);
    await third.page.getByText(wrong).waitFor();
    await third.page.getByRole("button", { name: "Somebody else" }).click();
    await third.page.getByRole("button", { name: "Clinician" }).click();
  }
  await third.attempt(samplePassword);
  await third.page.getByText("Tried too often.").waitFor();
  await third.kill();

  const fourth = await reopened();
  await fourth.attempt(samplePassword);
  await fourth.page.getByText("Tried too often.").waitFor();
  expect(fourth.complaints).toEqual([]);
});
