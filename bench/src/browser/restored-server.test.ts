/** A story of `npm run demo`, by clicking: the server comes back from an older backup, and the devices hold what it lost. */
import { slow } from "@suture/client/testing";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  AppWorld,
  comesBack,
  cutOff,
  isKept,
  signIn,
  type AppDevice,
} from "./app-world.test-support.ts";

let world: AppWorld;
let desk: AppDevice;
let phone: AppDevice;
let other: AppDevice;
beforeAll(async () => {
  world = await AppWorld.create();
  desk = await world.openDevice();
  phone = await world.openDevice({ isPhone: true });
  other = await world.openDevice();
  await signIn(desk, "receptionist");
  await signIn(phone, "clinician");
  await signIn(other, "clinician-south");
  for (const device of [desk, phone, other]) await isKept(device);
});
afterAll(() => world.end());

const shown = (page: Page, text: string | RegExp) =>
  page.getByText(text).first().waitFor();
const confirmed = "Synced and confirmed.";
const waiting = "Saved locally. Will sync on reconnect.";
const sentAgain =
  /^The server came back from an older copy\. What it may have lost/;

async function openPatient({ page }: AppDevice, name: string) {
  await page.goto("/patients");
  await page.getByLabel("Find a patient").fill(name);
  await page.getByRole("link", { name }).first().click();
  await page.getByRole("heading", { name }).waitFor();
}

async function comesBackSlowly({ network, page }: AppDevice) {
  network.heal();
  network.suffer(slow({ latencyMs: 1_000, jitterMs: 0, bytesPerSecond: 1e6 }));
  await page.reload();
}

/** Nothing is missing on the server any more that this device knows of. */
async function isOver(device: AppDevice) {
  await comesBack(device);
  await shown(device.page, confirmed);
  await device.page.getByText(sentAgain).waitFor({ state: "hidden" });
}

test("[AP-172, PM-14] a server comes back from an older backup: a device that had only read what is lost says so in words, claims nothing, and brings it back", async () => {
  await world.backUp();
  const { page } = desk;
  await comesBack(desk);
  await page.goto("/patients/new");
  await page.getByLabel("Family name").fill("Ivy");
  await page.getByLabel("Given names").fill("Iris");
  await page.getByLabel("Birth date").fill("1958-07-27");
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByRole("heading", { name: /Iris Ivy/ }).waitFor();
  await comesBack(phone);
  await openPatient(phone, "Iris Ivy");
  await phone.page.getByRole("link", { name: "Add an allergy" }).click();
  await phone.page.getByLabel("To what").fill("Iodine");
  await phone.page.getByRole("button", { name: "Sign", exact: true }).click();
  await phone.page.getByRole("link", { name: "Add an allergy" }).waitFor();
  await comesBack(other);
  await openPatient(other, "Iris Ivy");
  for (const device of [desk, phone, other]) {
    await shown(device.page, "Iodine");
    await shown(device.page, confirmed);
  }

  // The last of it nobody but its author has.
  for (const device of [phone, other]) await cutOff(device);
  await page.getByLabel("Kind", { exact: true }).selectOption("Phone");
  await page.getByLabel("Number or e-mail").fill("+15550100303");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await shown(page, "+15550100303");
  await shown(page, confirmed);
  await cutOff(desk);
  await world.restore();

  // Who has only read it comes back first, over a line on which one sees what goes on.
  await comesBackSlowly(other);
  await shown(other.page, sentAgain);
  await shown(other.page, waiting);
  expect(await other.page.getByText(confirmed).count()).toBe(0);
  await shown(other.page, "Iodine");
  await isOver(other);
});

test("[AP-172, PM-14] who wrote what nobody else has is told why it is sent again; then nothing is missing, on a new device either, and the audit tells it", async () => {
  const { page } = desk;
  await comesBackSlowly(desk);
  await shown(page, sentAgain);
  expect(await page.getByText(confirmed).count()).toBe(0);
  await page.getByRole("link", { name: /on this device/ }).click();
  await shown(
    page,
    /^The server came back from an older copy, which may lack this/,
  );
  await page.goBack();
  await isOver(desk);
  await isOver(phone);

  const fresh = await world.openDevice({ isPhone: true });
  await signIn(fresh, "clinician");
  await openPatient(fresh, "Iris Ivy");
  for (const device of [desk, phone, other, fresh])
    for (const words of ["Iodine", "+15550100303", confirmed])
      await shown(device.page, words);
  const auditor = await world.openDevice();
  await signIn(auditor, "auditor");
  await auditor.page.goto("/audit");
  await auditor.page
    .getByRole("button", { name: "Search", exact: true })
    .click();
  await shown(auditor.page, "A device proved what was lost");
  await shown(auditor.page, "Lost change brought back");
  for (const { complaints } of [desk, phone, other, fresh, auditor])
    expect(complaints).toEqual([]);
});
