import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  AppWorld,
  accountOf,
  type AppDevice,
  type PersonKey,
} from "./app-world.test-support.ts";
import { Keys } from "./keys.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

const sent = (page: Page) => page.getByText("All your work is sent").first();

/** By keys. The app is there afterwards, and has what the server has. */
async function signInByKeys({ page }: AppDevice, who: PersonKey) {
  const { email, password } = accountOf(who);
  const keys = new Keys(page);
  await page.goto("/");
  await page.getByLabel("E-mail").waitFor();
  await page.keyboard.press("Tab");
  await keys.write("E-mail", email);
  await keys.press("Tab");
  await keys.type(password);
  await keys.press("Enter");
  await sent(page).waitFor();
  await keys.look();
  return keys;
}

test("[AP-141] by keys alone a receptionist signs in, finds a patient, adds a number to them and books; the focus is always seen", async () => {
  const device = await world.openDevice();
  const { page } = device;
  const keys = await signInByKeys(device, "receptionist");

  // Past everything that stands around every page.
  await page.reload();
  await sent(page).waitFor();
  await page.keyboard.press("Tab");
  await keys.look();
  expect(await focusedText(page)).toBe("Skip to the page");
  await keys.press("Enter");
  expect(await page.evaluate("document.activeElement.id")).toBe("main");
  await keys.press("Tab");
  const inMain = page.getByRole("main").locator(":focus");
  expect(await inMain.count()).toBe(1);

  await keys.use("link", "Patients", "Shift+Tab");
  await keys.to("searchbox", "Find a patient");
  await keys.type("birch");
  await keys.use("link", /Bela Birch/);
  await page.getByRole("heading", { name: /Bela Birch/ }).waitFor();
  await keys.look();

  await keys.write("Number or e-mail", "+15550100777");
  await keys.press("Enter");
  await page.getByText("+15550100777").waitFor();
  await keys.look();

  await keys.use("link", "Book an appointment", "Shift+Tab");
  await keys.to("combobox", "Clinic");
  await keys.press("ArrowDown");
  await keys.to("textbox", "From");
  await keys.type("0645AM");
  await keys.write("What for", "Inhaler check");
  await keys.use("button", "Book");
  await page.getByText("Inhaler check").first().waitFor();
  await keys.look();
  await sent(page).waitFor();
  expect(device.complaints).toEqual([]);
});

test("[AP-141] by keys alone a clinician signs an allergy and settles a conflict, and a menu and a dialog give the focus back", async () => {
  const device = await world.openDevice();
  const { page } = device;
  const keys = await signInByKeys(device, "clinician");

  await keys.use("link", "Patients", "Shift+Tab");
  await keys.use("link", /Cora Cedar/);
  await keys.use("link", "Add an allergy");
  await keys.to("combobox", "What is known");
  await keys.write("To what", "Latex");
  await keys.to("combobox", "Kind");
  await keys.type("Env");
  await keys.write("Reaction", "Hives");
  await keys.use("button", "Sign");
  await page.getByRole("heading", { name: /Cora Cedar/ }).waitFor();
  await page.getByText("Latex").first().waitFor();
  await keys.look();

  await keys.use("button", "Account", "Shift+Tab");
  await page.getByRole("menuitem").first().waitFor();
  await keys.press("Escape");
  await page.getByRole("menuitem").first().waitFor({ state: "hidden" });
  expect(await focusedText(page)).toContain("Account");

  await keys.use("link", "Review");
  await keys.use("link", /Which medication is right/);
  await keys.to("button", /^This is right/);
  await keys.press("Space");
  const dialog = page.getByRole("alertdialog");
  await dialog.waitFor();
  await keys.look();
  await keys.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await keys.look();
  expect(await focusedText(page)).toBe("This is right");
  await keys.press("Space");
  await dialog.waitFor();
  await keys.write("Why is this right?", "Naproxen was stopped");
  await keys.use("button", "Sign answer");
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("Answer signed").first().waitFor();
  await keys.look();
  await sent(page).waitFor();
  expect(device.complaints).toEqual([]);
});

test("[AP-141] by keys alone a technician does a job: what opens in the place of a button has the focus, and what closes gives it on", async () => {
  const device = await world.openDevice();
  const { page } = device;
  const keys = await signInByKeys(device, "technician");

  await keys.use("link", /^Replace inlet filter/);
  await keys.use("button", "Start");
  await page.getByText("In progress").first().waitFor();
  await keys.look();
  await keys.use("button", "Add a part");
  await page.getByLabel("Part", { exact: true }).waitFor();
  await keys.look();
  expect(await isIn(page, "Add a part")).toBe(true);
  await keys.write("Part", "Inlet filter");
  await keys.use("button", "Sign this part");
  await page.getByText("Inlet filter").first().waitFor();
  await page
    .getByRole("form", { name: "Add a part" })
    .waitFor({ state: "hidden" });
  await keys.look();
  await keys.use("button", "Record a safety test");
  await page.getByLabel("Procedure followed").waitFor();
  expect(await isIn(page, "Record a safety test")).toBe(true);
  await keys.to("combobox", "Result");
  await keys.type("Pass");
  await keys.write("Procedure followed", "IEC 62353");
  await keys.use("button", "Sign this test");
  await page.getByText("IEC 62353").first().waitFor();
  await keys.look();
  await keys.use("button", "Complete");
  await keys.use("button", "Sign and complete");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.getByText("Completed").first().waitFor();
  await keys.look();
  await sent(page).waitFor();
  expect(device.complaints).toEqual([]);
});

/** Whether the focus is in the form that is called so. */
async function isIn(page: Page, form: string): Promise<boolean> {
  const focused = page.getByRole("form", { name: form }).locator(":focus");
  return (await focused.count()) > 0;
}

async function focusedText(page: Page): Promise<unknown> {
  return page.evaluate("document.activeElement.textContent");
}
