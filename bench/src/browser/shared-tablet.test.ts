/** A tablet that two people share, in a real browser: each comes back to it with their own password, also without a network. */
import { offline } from "@suture/client/testing";
import { sampleEmail, samplePassword, samplePeople } from "@suture/server";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { AppWorld, isKept, opened, signIn } from "./app-world.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

async function switchPerson(page: Page) {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Switch person" }).click();
  await page.getByRole("heading", { name: "Who uses this device?" }).waitFor();
}

async function continueAs(page: Page, role: string, password: string) {
  await page.getByRole("button", { name: role }).click();
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Continue" }).click();
}

test("[AP-103, AP-104] each of two people comes back to a shared tablet with their own password, without a network and after a reload too", async () => {
  const device = await world.openDevice();
  const { page, network } = device;
  await signIn(device, "receptionist");
  await switchPerson(page);
  await page.getByRole("button", { name: "Somebody else: sign in" }).click();
  const clinician = samplePeople.find(({ key }) => key === "clinician");
  if (clinician === undefined) throw new Error("there is no clinician");
  await page.getByLabel("E-mail").fill(sampleEmail(clinician));
  await page.getByLabel("Password").fill(samplePassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("· Clinician").waitFor();
  await page.getByText("All your work is sent").waitFor();
  await isKept(device);

  // With the server, which judges the password.
  await switchPerson(page);
  await continueAs(page, "Receptionist", "not it at all");
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password").fill(samplePassword);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("· Receptionist").waitFor();
  await page.getByText("All your work is sent").waitFor();

  // A second tab is locked with the first.
  const second = await opened(device.context, "/patients");
  await second.getByText("· Receptionist").waitFor();
  await switchPerson(page);
  await second
    .getByRole("heading", { name: "Who uses this device?" })
    .waitFor();
  await second.close();

  const heal = network.suffer(offline());
  await page.reload();
  await continueAs(page, "Clinician", "not it either");
  await page.getByText("That is not their password.").waitFor();
  await page.getByLabel("Password").fill(samplePassword);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("· Clinician").waitFor();
  await page.getByRole("link", { name: "Patients" }).click();
  await page.getByRole("heading", { name: "Patients" }).waitFor();
  heal();
  await page.getByText("All your work is sent").waitFor();
  expect(device.complaints).toEqual([]);
});
