import { offline } from "@suture/client/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  AppWorld,
  isKept,
  signIn,
  type AppDevice,
} from "./app-world.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

async function signMedication({ page }: AppDevice, medication: string) {
  await page.goto("/patients");
  await page.getByText("Bela Birch").first().click();
  await page.getByRole("link", { name: "Add a medication" }).click();
  await page.getByLabel("Medication").fill(medication);
  await page.getByLabel("Dosage").fill("1 tablet a day");
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await page.getByText(medication).first().waitFor();
}

test("[AP-28, AP-123] what comes out of the printer shows both versions of a conflict and says as of when", async () => {
  const north = await world.openDevice({ colorScheme: "dark" });
  const south = await world.openDevice();
  await signIn(north, "clinician");
  await signIn(south, "clinician-south");
  const medications = ["Metoprolol 50 mg", "Metoprolol 100 mg"] as const;
  for (const [at, device] of [north, south].entries()) {
    await isKept(device);
    device.network.suffer(offline());
    await signMedication(device, medications[at] ?? "");
  }
  north.network.heal();
  south.network.heal();
  const { page } = north;
  await page.getByText("In conflict: 2 versions").first().waitFor();
  await page.emulateMedia({ media: "print" });
  for (const words of [
    ...medications,
    "In conflict: 2 versions",
    "Conflict — tap to review.",
  ])
    expect(await page.getByText(words).first().isVisible()).toBe(true);
  const line = page.locator(".printed-line");
  expect(await line.isVisible()).toBe(true);
  expect(await line.textContent()).toMatch(/^Printed .* Data as of /);
  for (const selector of [".shell-nav", ".sync-bar", ".button"])
    expect(await page.locator(selector).first().isVisible()).toBe(false);
  // Black on white, whatever the screen was.
  expect(
    await page.evaluate("getComputedStyle(document.body).backgroundColor"),
  ).toBe("rgb(255, 255, 255)");
  const paper = await page.pdf({ format: "A4" });
  expect(paper.subarray(0, 4).toString()).toBe("%PDF");
  expect(north.complaints).toEqual([]);
});
