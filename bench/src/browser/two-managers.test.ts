/** Stories of `npm run demo`, by clicking: two technicians say different things, and two managers settle it, together and apart. */
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
let technicians: readonly [AppDevice, AppDevice];
let desk: AppDevice;
let phone: AppDevice;
beforeAll(async () => {
  world = await AppWorld.create();
  technicians = [
    await world.openDevice({ isPhone: true }),
    await world.openDevice({ isPhone: true, colorScheme: "dark" }),
  ];
  desk = await world.openDevice();
  phone = await world.openDevice({ isPhone: true });
  await signIn(technicians[0], "technician");
  await signIn(technicians[1], "technician-south");
  await signIn(desk, "manager");
  await signIn(phone, "manager-south");
  for (const device of [...technicians, desk, phone]) await isKept(device);
});
afterAll(() => world.end());

const shown = (page: Page, text: string | RegExp) =>
  page.getByText(text).first().waitFor();
const press = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name }).first().click();

async function apart(devices: readonly AppDevice[]) {
  for (const device of devices) await cutOff(device);
}

async function together(devices: readonly AppDevice[]) {
  for (const device of devices) await comesBack(device);
}

/** On the page of the question, which then says that it is signed. */
async function answer(page: Page, words: string, reason: string) {
  await page
    .getByRole("article")
    .filter({ hasText: words })
    .getByRole("button", { name: /^This is right/ })
    .click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("textbox").fill(reason);
  await dialog.getByRole("button", { name: "Sign answer" }).click();
  await dialog.waitFor({ state: "hidden" });
  await shown(page, "Answer signed");
}

async function openQuestion({ page }: AppDevice, question: string) {
  await page.goto("/reviews");
  await page.getByRole("link", { name: question }).click();
  await page.getByRole("heading", { name: question }).waitFor();
}

test("[AP-170] none here, three of a part there: which parts were replaced is one question, and is settled on a phone", async () => {
  const [north, south] = technicians;
  for (const { page } of technicians) {
    await page.goto("/jobs");
    await page.getByRole("link", { name: "Alarm did not sound" }).click();
    await page.getByRole("heading", { name: "Parts replaced" }).waitFor();
  }
  await apart(technicians);
  await press(north.page, "No part was replaced");
  await press(south.page, "Add a part");
  await south.page.getByLabel("Part", { exact: true }).fill("Coil assembly");
  for (let more = 0; more < 2; more += 1) await press(south.page, "One more");
  await press(south.page, "Sign this part");
  await shown(south.page, "Coil assembly × 3");
  await together(technicians);
  for (const { page } of technicians) {
    await shown(page, "In conflict: not completed");
    await shown(page, "Coil assembly × 3");
    await shown(page, "None");
  }

  await openQuestion(phone, "Which parts were replaced on Infusion pump 2");
  await answer(phone.page, "Coil assembly × 3", "The old ones are in the bin");
  for (const { page } of technicians) {
    await page
      .getByText("In conflict: not completed")
      .first()
      .waitFor({ state: "hidden" });
    await shown(page, "Coil assembly × 3");
    expect(await page.getByText("None", { exact: true }).count()).toBe(0);
  }
  for (const { complaints } of [...technicians, phone])
    expect(complaints).toEqual([]);
});

test("[AP-171] two managers who settle one conflict differently while apart are asked again, once; settled then, all see the same, and the audit tells all of it", async () => {
  const [north, south] = technicians;
  const pump = "Infusion pump 1";
  for (const { page } of technicians) {
    await page.goto("/equipment");
    await page.getByRole("link", { name: pump }).click();
    await page.getByRole("heading", { name: "May it be used?" }).waitFor();
  }
  await apart(technicians);
  for (const [{ page }, status, reason] of [
    [north, "Restricted use", "The alarm is too quiet"],
    [south, "Out of service", "It drips"],
  ] as const) {
    await press(page, "Change whether it may be used");
    await page.getByLabel("From now on").selectOption({ label: status });
    await page.getByLabel("Why").fill(reason);
    await page.getByRole("button", { name: "Sign", exact: true }).click();
    await shown(page, reason);
  }
  await together(technicians);

  const question = `May ${pump} (sample) be used?`;
  const managers = [desk, phone];
  for (const manager of managers) await openQuestion(manager, question);
  await apart(managers);
  await answer(desk.page, "The alarm is too quiet", "Only the alarm");
  await answer(phone.page, "It drips", "I saw it drip");
  for (const { page } of managers) {
    await page.goto("/reviews");
    await shown(page, /^Answered on this device/);
  }
  await together(managers);
  for (const { page } of managers) {
    const asked = page.getByRole("link", { name: question });
    await asked.waitFor();
    expect(await asked.count()).toBe(1);
    await asked.click();
    await shown(page, "Only the alarm");
    await shown(page, "I saw it drip");
    const answers = page.getByRole("article");
    expect(await answers.count()).toBe(2);
    for (const each of await answers.all())
      await each
        .getByText("Signed as the answer to an earlier question")
        .waitFor();
  }

  await answer(phone.page, "I saw it drip", "Agreed by telephone");
  await shown(desk.page, "Settled");
  for (const { page } of technicians) await shown(page, "Agreed by telephone");

  const auditor = await world.openDevice();
  await signIn(auditor, "auditor");
  const { page } = auditor;
  await page.goto("/audit");
  await page
    .getByLabel("What", { exact: true })
    .selectOption({ label: "Conflicts and how they ended" });
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await shown(page, "That is all there is.");
  const found = page.locator(".found-entries li").filter({ hasText: pump });
  await expect
    .poll(() => found.locator("strong").allTextContents())
    .toEqual([
      "Conflict settled",
      "Conflict opened again",
      "Conflict settled",
      "Conflict opened",
    ]);
  await page.getByLabel("Name, number or id of the record").fill(pump);
  await page.getByRole("link", { name: pump }).first().click();
  for (const reason of ["Only the alarm", "I saw it drip"])
    await shown(page, `settled 2 versions of fitness for use: “${reason}”`);
  await shown(page, "“Agreed by telephone”");
  for (const { complaints } of [...technicians, ...managers, auditor])
    expect(complaints).toEqual([]);
});
