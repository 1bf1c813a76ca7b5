import { offline } from "@suture/client/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  AppWorld,
  fieldOf,
  isKept,
  opened,
  signIn,
} from "./app-world.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

test("[AP-102] in a basement: a part half typed is there after the page was killed; the job is completed, and sent later", async () => {
  const phone = await world.openDevice({ isPhone: true, colorScheme: "dark" });
  await signIn(phone, "technician");
  await isKept(phone);
  phone.network.suffer(offline());
  await phone.page.goto("/jobs");
  await phone.page.getByRole("link", { name: "Replace inlet filter" }).click();
  await phone.page.getByRole("button", { name: "Start" }).click();
  await phone.page.getByRole("button", { name: "Add a part" }).click();
  const address = phone.page.url();
  await phone.page.getByLabel("Part", { exact: true }).fill("Inlet filter");
  await phone.page.getByLabel("Serial number of the new part").fill("F-77");
  await phone.page
    .getByRole("button", { name: "Record a safety test" })
    .click();
  await phone.page.getByLabel("Procedure followed").fill("IEC 62353");
  // What is killed in the instant of typing is not written yet.
  const beside = await opened(phone.context, address);
  await fieldOf(beside, "Procedure followed", "IEC 62353");
  for (const tab of phone.context.pages()) await tab.close();

  const page = await opened(phone.context, address);
  await page.getByText("What you typed is still here.").first().waitFor();
  await fieldOf(page, "Part", "Inlet filter");
  await fieldOf(page, "Procedure followed", "IEC 62353");
  await page.getByRole("button", { name: "Sign this part" }).click();
  await page.getByText("F-77").first().waitFor();
  await page.getByLabel("Result").selectOption({ label: "Passed" });
  await page.getByRole("button", { name: "Sign this test" }).click();
  await page.getByText("Passed").first().waitFor();
  await page.getByRole("button", { name: "Complete" }).click();
  await page.getByRole("button", { name: "Sign and complete" }).click();
  await page.getByText("Completed").first().waitFor();
  await page.getByText("Offline").first().waitFor();

  phone.network.heal();
  await page.getByText("All your work is sent").first().waitFor();
  const manager = await world.openDevice();
  await signIn(manager, "manager");
  await manager.page.goto(new URL(address).pathname);
  await manager.page.getByText("F-77").first().waitFor();
  for (const { complaints } of [phone, manager]) expect(complaints).toEqual([]);
});
