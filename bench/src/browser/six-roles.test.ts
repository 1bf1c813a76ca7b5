/** What the README promises: somebody of each role signs in, loses the network, does their work, and comes back. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  accountOf,
  AppWorld,
  comesBack,
  cutOff,
  isKept,
  signIn,
  type DeviceLook,
  type PersonKey,
} from "./app-world.test-support.ts";

let world: AppWorld;
let readme: string;
beforeAll(async () => {
  world = await AppWorld.create();
  readme = await readFile(
    new URL("../../../README.md", import.meta.url),
    "utf8",
  );
});
afterAll(() => world.end());

const shown = (page: Page, text: string | RegExp) =>
  page.getByText(text).first().waitFor();
const press = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name }).first().click();
const follow = (page: Page, name: string | RegExp) =>
  page.getByRole("link", { name }).first().click();

interface Day {
  /** Without a network. */
  work(page: Page): Promise<void>;
  /** What is to be seen once it is back. */
  after(page: Page): Promise<void>;
}

async function openWithSignIn(who: PersonKey, look: DeviceLook) {
  const { email, password } = accountOf(who);
  for (const words of [email, password]) expect(readme).toContain(words);
  const device = await world.openDevice(look);
  await signIn(device, who);
  await isKept(device);
  return device;
}

const days: readonly (readonly [PersonKey, DeviceLook, Day])[] = [
  [
    "receptionist",
    {},
    {
      async work(page) {
        await page.goto("/patients/new");
        await page.getByLabel("Family name").fill("Ivy");
        await page.getByLabel("Given names").fill("Iris");
        await press(page, "Register");
        await page.getByRole("heading", { name: /Iris Ivy/ }).waitFor();
        await follow(page, "Book an appointment");
        await page.getByLabel("Clinic").selectOption({ index: 1 });
        await page.getByLabel("From").fill("06:45");
        await page.getByLabel("What for").fill("First visit");
        await page.getByRole("button", { name: "Book", exact: true }).click();
        await shown(page, "Tentative: other clinics not checked yet");
      },
      after: (page) => shown(page, "Checked against all clinics"),
    },
  ],
  [
    "clinician",
    { isPhone: true },
    {
      async work(page) {
        await page.goto("/reviews");
        await follow(page, "Which medication is right for Davi Dogwood");
        await press(page, /^This is right/);
        const dialog = page.getByRole("alertdialog");
        await dialog.getByRole("textbox").fill("Asked the pharmacist");
        await dialog.getByRole("button", { name: "Sign answer" }).click();
        await shown(page, "Answer signed");
      },
      async after(page) {
        await page.goto("/reviews?view=closed");
        await shown(page, /Davi Dogwood/);
      },
    },
  ],
  [
    "technician",
    { isPhone: true, colorScheme: "dark" },
    {
      async work(page) {
        await page.goto("/jobs");
        await follow(page, "Temperature log shows gaps");
        await press(page, "Start");
        await press(page, "No part was replaced");
        await page.getByText("No part was replaced").first().waitFor();
        await press(page, "Complete");
        await press(page, "Sign and complete");
        await shown(page, "Completed");
      },
      after: (page) => shown(page, "Completed"),
    },
  ],
  [
    "manager",
    { isPhone: true },
    {
      async work(page) {
        await page.goto("/reviews");
        await follow(page, /^Wanted twice at the same time/);
        await follow(page, /^Open appointment/);
        await press(page, "Cancel the appointment");
        await page.getByLabel("Why").fill("Moved to next week");
        await press(page, "Cancel the appointment");
        await shown(page, "Cancelled");
        expect(await page.getByText("Tentative").count()).toBe(0);
      },
      async after(page) {
        await page.goto("/reviews");
        await shown(page, "Nothing is waiting for an answer on this device.");
      },
    },
  ],
  [
    "admin",
    {},
    {
      async work(page) {
        await page.goto("/admin/people");
        await press(page, "Add a person");
        await page.getByLabel("Name", { exact: true }).fill("Tafara Moyo");
        await page.getByRole("checkbox", { name: "Receptionist" }).check();
        await press(page, "Save");
        await page.getByRole("heading", { name: "Tafara Moyo" }).waitFor();
      },
      async after(page) {
        await press(page, "Make a code");
        await shown(page, "Hand this over in person");
      },
    },
  ],
];

test.each(days)(
  "[AP-173] signed in as the README says, a role does its work without a network, and it arrives: %s",
  async (who, look, { work, after }) => {
    const device = await openWithSignIn(who, look);
    await cutOff(device);
    const { page } = device;
    await work(page);
    await shown(page, /^Offline · [1-9][0-9]* changes? on this device/);
    await comesBack(device);
    await after(page);
    expect(device.complaints).toEqual([]);
  },
);

test("[AP-173] an auditor reads without a network what the others did, and with it how a conflict ended that was settled on a phone", async () => {
  const auditor = await openWithSignIn("auditor", {});
  await cutOff(auditor);
  const { page } = auditor;
  for (const [name, words] of [
    ["Iris Ivy", "Sample Receptionist"],
    [
      "Davi Dogwood",
      "settled 2 versions of prescribing: “Asked the pharmacist”",
    ],
    ["Vaccine refrigerator", "Sample Technician"],
    ["Tafara Moyo", "Sample Admin"],
  ] as const) {
    await page.goto("/audit");
    await page.getByLabel("Name, number or id of the record").fill(name);
    await follow(page, name);
    await shown(page, /it has not noted this look/);
    await shown(page, words);
  }
  await comesBack(auditor);
  await page.goto("/audit");
  await page
    .getByLabel("What", { exact: true })
    .selectOption({ label: "Conflicts and how they ended" });
  await page.getByRole("button", { name: "Search", exact: true }).click();
  const settled = page.locator(".found-entries li").filter({
    hasText: "Conflict settled",
  });
  await settled.filter({ hasText: "Davi Dogwood" }).getByRole("link").click();
  await shown(page, "As the server tells it. This look is on record.");
  await shown(page, /“Asked the pharmacist”/);
  expect(auditor.complaints).toEqual([]);
});
