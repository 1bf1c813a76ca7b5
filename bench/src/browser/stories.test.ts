/** Stories of `npm run demo`, by clicking: two clinicians on two devices, apart and together again. */
import { answerLost, offline } from "@suture/client/testing";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  AppWorld,
  isKept,
  signIn,
  type AppDevice,
} from "./app-world.test-support.ts";

let world: AppWorld;
let north: AppDevice;
let south: AppDevice;
beforeAll(async () => {
  world = await AppWorld.create();
  north = await world.openDevice();
  south = await world.openDevice({ isPhone: true });
  await signIn(north, "clinician");
  await signIn(south, "clinician-south");
  for (const device of [north, south]) await isKept(device);
});
afterAll(() => world.end());

async function together(patient: string) {
  for (const { page } of [north, south]) {
    await page.goto("/patients");
    await page.getByText(patient).first().click();
    await page.getByRole("link", { name: "Add a medication" }).waitFor();
    await allSent(page);
  }
}

async function apart(patient: string) {
  await together(patient);
  for (const { network, page } of [north, south]) {
    network.suffer(offline());
    await page.getByText("Offline").first().waitFor();
  }
}

async function meet() {
  for (const { network } of [north, south]) network.heal();
  for (const { page } of [north, south]) {
    // Whoever does not want to wait for the next try.
    await page.reload();
    await allSent(page);
  }
}

const allSent = (page: Page) =>
  page.getByText("All your work is sent").first().waitFor();
const shown = (page: Page, text: string | RegExp) =>
  page.getByText(text).first().waitFor();

async function addContact(page: Page, kind: string, text: string) {
  await page.getByLabel("Kind", { exact: true }).selectOption({ label: kind });
  const label = kind === "Address" ? "Address" : "Number or e-mail";
  await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await shown(page, text);
}

async function signMedication(page: Page, medication: string) {
  await page.getByRole("link", { name: "Add a medication" }).click();
  await page.getByLabel("Medication").fill(medication);
  await page.getByLabel("Dosage").fill("1 tablet a day");
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await shown(page, medication);
}

async function signAllergy(page: Page, substance: string) {
  await page.getByRole("link", { name: "Add an allergy" }).click();
  await page.getByLabel("To what").fill(substance);
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await page.getByRole("link", { name: "Add an allergy" }).waitFor();
  await shown(page, substance);
}

test("[AP-148] one changes the phone number, the other the address: both stand, and nobody is asked", async () => {
  await apart("Alma Alder");
  await addContact(north.page, "Phone", "+15550100301");
  await addContact(south.page, "Address", "11 River Street");
  await meet();
  for (const { page } of [north, south]) {
    await shown(page, "+15550100301");
    await shown(page, "11 River Street");
    expect(await page.getByText("In conflict").count()).toBe(0);
  }
});

test("[AP-148, AP-149] both write down the same: it stands once, and nobody is asked", async () => {
  await apart("Cora Cedar");
  for (const { page } of [north, south]) await signAllergy(page, "Ibuprofen");
  await meet();
  for (const { page } of [north, south]) {
    await shown(page, /Ibuprofen/);
    expect(await page.getByText("In conflict").count()).toBe(0);
    const chart = page.locator(".entries li").filter({ hasText: "Ibuprofen" });
    expect(await chart.count()).toBe(1);
  }
});

test("[AP-148] amoxicillin here, an allergy to penicillin there: a conflict, the allergy counts and the medication is not to be acted on", async () => {
  await apart("Bela Birch");
  await signMedication(north.page, "Amoxicillin 250 mg");
  await signAllergy(south.page, "Penicillin");
  await meet();
  for (const { page } of [north, south]) {
    await shown(page, "In conflict: 2 versions");
    await shown(page, /Allergies in conflict: all versions count/);
    await shown(page, /Penicillin/);
    await shown(page, "Do not act on this until the conflict is settled");
  }
});

test("[AP-148] the server commits and its answer is lost: the device claims nothing, and the number is there once", async () => {
  await together("Alma Alder");
  north.network.suffer(answerLost());
  await addContact(north.page, "Phone", "+15550100302");
  await shown(south.page, "+15550100302");
  await shown(north.page, "1 change on this device");
  expect([...north.network.felt]).toContain("answerLost");
  north.network.heal();
  await north.page.reload();
  await allSent(north.page);
  for (const { page } of [north, south])
    expect(await page.getByText("+15550100302").count()).toBe(1);
});

test("[AP-148] a form opened before a colleague's change arrived says what came, and signed without taking it in is a conflict", async () => {
  await together("Hugo Hazel");
  await north.page.getByRole("link", { name: "Add a medication" }).click();
  await north.page.getByLabel("Medication").fill("Warfarin 5 mg");
  await signMedication(south.page, "Warfarin 3 mg");
  await shown(north.page, "1 change was made since you opened this form");
  await north.page.getByLabel("Dosage").fill("1 tablet a day");
  await north.page.getByRole("button", { name: "Sign", exact: true }).click();
  for (const { page } of [north, south]) {
    await shown(page, "In conflict: 2 versions");
    await shown(page, "Warfarin 5 mg");
    await shown(page, "Warfarin 3 mg");
  }
});

test("[AP-148] two book the same clinician for the same time while apart: both stand, marked, and it is a question", async () => {
  await apart("Lina Larch");
  for (const { page } of [north, south]) {
    await page.getByRole("link", { name: "Book an appointment" }).click();
    await page.getByLabel("Clinic").selectOption({ index: 1 });
    await page.getByLabel("From").fill("06:45");
    await page
      .getByLabel("With")
      .selectOption({ label: "Sample Clinician (South)" });
    await page.getByRole("button", { name: "Book", exact: true }).click();
    await shown(page, "Tentative: other clinics not checked yet");
  }
  await meet();
  for (const { page } of [north, south])
    await shown(page, "Double booking: to be settled");
  for (const { complaints } of [north, south]) expect(complaints).toEqual([]);
});
