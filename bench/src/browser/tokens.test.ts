import { offline } from "@suture/client/testing";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  AppWorld,
  isKept,
  signIn,
  type AppDevice,
} from "./app-world.test-support.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Of a sync token. */
const lifetimeMs = 180 * dayMs;

let aheadMs = hourMs;
let world: AppWorld;
let receptionist: AppDevice;
beforeAll(async () => {
  world = await AppWorld.create({
    // The devices' clocks are an hour behind.
    clock: { now: () => Date.now() + aheadMs },
    syncLimits: { tokenWarningMs: lifetimeMs, tokenReminderMs: 1_000 },
  });
  receptionist = await world.openDevice();
  await signIn(receptionist, "receptionist");
  await isKept(receptionist);
});
afterAll(() => world.end());

const sent = (page: Page) => page.getByText("All your work is sent").first();

async function addNumber(page: Page, number: string) {
  await page.getByLabel("Number or e-mail").fill(number);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText(number).first().waitFor();
}

test("[AP-143] a token that runs out while a device is connected is renewed without a word, and its work goes on", async () => {
  const { page, context } = receptionist;
  await page.goto("/patients");
  await page.getByText("Bela Birch").first().click();
  await sent(page).waitFor();
  let renewals = 0;
  context.on("response", (response) => {
    if (response.url().endsWith("/v1/sync-token/renew") && response.ok())
      renewals += 1;
  });
  // A few minutes are left of it.
  aheadMs += lifetimeMs - 5 * 60_000;
  renewals = 0;
  await expect.poll(() => renewals, { timeout: 30_000 }).toBeGreaterThan(1);
  // None are, of the one it had.
  aheadMs += hourMs;
  await addNumber(page, "+15550100801");
  await sent(page).waitFor();
  await page.reload();
  await sent(page).waitFor();
  await page.getByText("+15550100801").first().waitFor();
  expect(receptionist.complaints).toEqual([]);
});

test("[AP-144] a device that was ended while it was away says so in words, and keeps the work that it cannot send", async () => {
  const { page, network } = receptionist;
  network.suffer(offline());
  await page.getByText("Offline").first().waitFor();
  await addNumber(page, "+15550100802");
  await page.getByLabel("Number or e-mail").fill("+1555010080");
  await page.getByText("1 change on this device").first().waitFor();

  const admin = await world.openDevice();
  await signIn(admin, "admin");
  await admin.page.goto("/admin/devices");
  await admin.page
    .getByRole("article")
    .filter({ hasText: "Sample Receptionist" })
    .getByRole("button", { name: "End this device" })
    .click();
  const dialog = admin.page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "End this device" }).click();
  await dialog.waitFor({ state: "hidden" });

  network.heal();
  await page
    .getByText("Your sign-in on this device was revoked.")
    .first()
    .waitFor();
  await page
    .getByText("Not syncing · 1 change on this device")
    .first()
    .waitFor();
  await page.reload();
  await page.getByText("+15550100802").first().waitFor();
  expect(await page.getByLabel("Number or e-mail").inputValue()).toBe(
    "+1555010080",
  );
  await page.getByText("1 change on this device").first().click();
  await page.getByRole("link", { name: /Bela Birch.*details/ }).waitFor();
  await page.getByRole("button", { name: "Save a copy" }).waitFor();
  for (const { complaints } of [receptionist, admin])
    expect(complaints).toEqual([]);
});
