import { offline } from "@suture/client/testing";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  type AppDevice,
  AppWorld,
  isKept,
  opened,
  signIn,
} from "./app-world.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

const sent = (page: Page) => page.getByText("All your work is sent").first();

async function openPatient({ page }: AppDevice, name: string) {
  await page.goto("/patients");
  await page.getByText(name).first().click();
  await page.getByRole("heading", { name }).waitFor();
}

async function signMedication({ page }: AppDevice, medication: string) {
  await page.getByRole("link", { name: "Add a medication" }).click();
  await page.getByLabel("Medication").fill(medication);
  await page.getByLabel("Dosage").fill("1 tablet a day");
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await page.getByText(medication).first().waitFor();
}

test("[AP-101] two clinicians sign offline, a conflict shows both, it is settled on a phone, and an auditor finds all of it", async () => {
  const north = await world.openDevice();
  const south = await world.openDevice({ isPhone: true, colorScheme: "dark" });
  await signIn(north, "clinician");
  await signIn(south, "clinician-south");
  for (const device of [north, south]) {
    await isKept(device);
    device.network.suffer(offline());
    await openPatient(device, "Bela Birch");
  }
  await signMedication(north, "Metoprolol 50 mg");
  await signMedication(south, "Metoprolol 100 mg");
  await north.page.getByText("1 change on this device").first().waitFor();
  // What was signed is there after the page was killed.
  await north.page.close();
  const page = await opened(north.context, "/unsent");
  await page
    .getByRole("link", { name: /prescribing/ })
    .first()
    .waitFor();
  await page.getByText("last confirmed").first().waitFor();

  north.network.heal();
  south.network.heal();
  await sent(page).waitFor();
  await sent(south.page).waitFor();
  await page.goto("/patients");
  await page.getByText("Bela Birch").first().click();
  await page.getByText("In conflict: 2 versions").first().waitFor();
  // Nobody's page shows one of them alone.
  for (const one of [page, south.page])
    for (const medication of ["Metoprolol 50 mg", "Metoprolol 100 mg"])
      await one.getByText(medication).first().waitFor();

  await south.page.goto("/reviews");
  await south.page.getByText("for Bela Birch").first().click();
  await south.page
    .getByRole("button", { name: "This is right" })
    .first()
    .click();
  const dialog = south.page.getByRole("alertdialog");
  await dialog.getByRole("textbox").fill("Checked with the cardiologist");
  await dialog.getByRole("button", { name: "Sign answer" }).click();
  await dialog.waitFor({ state: "hidden" });
  await sent(south.page).waitFor();
  await page
    .getByText("In conflict: 2 versions")
    .first()
    .waitFor({ state: "hidden" });

  const auditor = await world.openDevice();
  await signIn(auditor, "auditor");
  await auditor.page.goto("/audit");
  await auditor.page.getByLabel("What", { exact: true }).selectOption({
    label: "Conflicts and how they ended",
  });
  await auditor.page
    .getByRole("button", { name: "Search", exact: true })
    .click();
  await auditor.page.getByText("Conflict settled").first().waitFor();
  for (const { complaints } of [north, south, auditor])
    expect(complaints).toEqual([]);
});
