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

/** What was typed, by the label of its field. */
type Typed = Readonly<Record<string, string>>;

test("[AP-102, AP-146] a browser is killed in the middle of forms that are open side by side: all of them are there again, and one is signed", async () => {
  const before = await world.openMortalDevice();
  const { network } = before;
  await signIn(before, "clinician");
  await isKept(before);
  await before.page.goto(`${network.url}/patients`);
  await before.page.getByText("Bela Birch").first().click();
  await before.page.getByRole("link", { name: "Add a medication" }).waitFor();
  const patient = before.page.url();
  network.suffer(offline());

  const forms: readonly (readonly [string, Typed])[] = [
    [`${patient}/identity`, { "Given names": "Bela Robin" }],
    [
      `${patient}/medication`,
      { Medication: "Metoprolol 50 mg", Dosage: "1 tablet a day" },
    ],
    [
      `${network.url}/appointments/new`,
      { From: "06:45", "What for": "Blood pressure" },
    ],
    [
      `${network.url}/patients/new`,
      { "Family name": "Yew", "Given names": "Yara" },
    ],
  ];
  for (const [address, typed] of forms) {
    const page = await opened(before.context, address);
    for (const [label, text] of Object.entries(typed))
      await page.getByLabel(label, { exact: true }).fill(text);
  }
  // One write after the other: once the last is kept, all are.
  const last = await opened(before.context, `${network.url}/patients/new`);
  await fieldOf(last, "Family name", "Yew");
  await before.kill();

  const after = await world.openMortalDevice(network);
  for (const [address, typed] of forms) {
    const page = await opened(after.context, address);
    for (const [label, text] of Object.entries(typed))
      await fieldOf(page, label, text);
  }
  const sign = await opened(after.context, `${patient}/medication`);
  await fieldOf(sign, "Medication", "Metoprolol 50 mg");
  await sign.getByRole("button", { name: "Sign", exact: true }).click();
  await sign.getByText("Metoprolol 50 mg").first().waitFor();
  network.heal();
  await sign.getByText("1 change on this device").first().click();
  await sign.getByRole("button", { name: "Sync now" }).click();
  await sign.getByText("All your work is sent").first().waitFor();
  expect(after.complaints).toEqual([]);
});
