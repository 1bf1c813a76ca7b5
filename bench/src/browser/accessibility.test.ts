import { source as axe } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { AppWorld, signIn, type PersonKey } from "./app-world.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

type Step = (page: Page) => Promise<unknown>;

const at =
  (path: string): Step =>
  (page) =>
    page.goto(path);
const link =
  (name: string | RegExp): Step =>
  (page) =>
    page.getByRole("link", { name }).first().click();
const press =
  (name: string | RegExp): Step =>
  (page) =>
    page.getByRole("button", { name }).first().click();
const escape: Step = (page) => page.keyboard.press("Escape");
const leaving: readonly Step[] = [
  press("Account"),
  (page) => page.getByText("Sign out of this device").click(),
];

/** What each person comes to, one after the other; each begins where the one before it ended, unless it begins `at` a page. */
const screensByPerson: readonly (readonly [
  PersonKey,
  Readonly<Record<string, readonly Step[]>>,
])[] = [
  [
    "receptionist",
    {
      today: [at("/")],
      booking: [at("/appointments/new"), press("Book")],
      appointment: [at("/appointments"), link("Diabetes review")],
      "moving it": [press("Move it")],
      "its timeline": [press("Show everything")],
      patients: [at("/patients")],
      patient: [link("Bela Birch")],
      identity: [link("Change identity")],
      registering: [at("/patients/new"), press("Register")],
      menu: [press("Account")],
      leaving: [escape, ...leaving],
      "unsent work": [at("/unsent")],
    },
  ],
  [
    "clinician",
    {
      "patient in conflict": [at("/patients"), link("Davi Dogwood")],
      "their timeline": [press("Show everything")],
      "choosing a version": [link("Add a medication")],
      "a medication on it": [press("Go on with this version")],
      allergy: [
        at("/patients"),
        link("Cora Cedar"),
        link("Add an allergy"),
        press("Sign"),
      ],
      question: [at("/reviews"), link("Which medication is right")],
      "signing an answer": [press("This is right"), press("Sign answer")],
      "an answer of one's own": [escape, press("Neither is right")],
      "its history": [press("See full history")],
    },
  ],
  [
    "technician",
    {
      jobs: [at("/jobs"), press("Show what I have done")],
      job: [link("Replace inlet filter")],
      "its forms": [
        press("Add a part"),
        press("Record a safety test"),
        press("Add a measurement"),
        press("Add a reading"),
      ],
      hold: [at("/jobs"), link("Alarm did not sound"), press("Put on hold")],
      completing: [escape, press("No part was replaced"), press("Complete")],
      "list of equipment": [at("/equipment")],
      equipment: [link("Infusion pump 2"), press("Report a fault")],
    },
  ],
  [
    "manager",
    {
      "settled questions": [at("/reviews?view=closed")],
      "work still out": [at("/reviews?view=team")],
      "not accepted": [at("/reviews?view=stranded")],
    },
  ],
  [
    "admin",
    {
      people: [at("/admin/people")],
      "adding somebody": [press("Add a person")],
      person: [at("/admin/people"), link("Sample Technician")],
      "changing them": [press("Change name and rights")],
      teams: [at("/admin/teams"), press("Add a team")],
      devices: [at("/admin/devices")],
      "ending one": [press("End this device")],
    },
  ],
  [
    "auditor",
    {
      audit: [at("/audit"), press(/^Search$/)],
      "a record's audit": [
        (page) =>
          page
            .getByLabel("Name, number or id of the record")
            .fill("Davi Dogwood"),
        link("Davi Dogwood"),
      ],
      chains: [at("/audit/chains")],
      "no such page": [at("/nowhere")],
    },
  ],
];

const looks = [
  ["light", 1280],
  ["dark", 360],
] as const;

test("[AP-100] axe finds nothing where people sign in, join and found", async () => {
  const { page, complaints } = await world.openDevice();
  await page.goto("/");
  await page.getByLabel("E-mail").waitFor();
  await expectNothing(page, "sign in");
  for (const way of ["Join with an invitation", "Found an organization"]) {
    await page.goto("/");
    await page.getByRole("button", { name: way }).click();
    await expectNothing(page, way);
  }
  expect(complaints).toEqual([]);
});

test.each(screensByPerson)(
  "[AP-100] axe finds nothing on the pages, forms and dialogs of a %s, light and wide, dark and on a phone",
  async (who, screens) => {
    const device = await world.openDevice();
    await signIn(device, who);
    for (const [name, steps] of Object.entries(screens)) {
      for (const step of steps) await step(device.page);
      await device.page.locator("h1, h2").first().waitFor();
      await expectNothing(device.page, name);
    }
    expect(device.complaints).toEqual([]);
  },
);

async function expectNothing(page: Page, name: string) {
  for (const [colorScheme, width] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.locator(".loading").count()).toBe(0);
    const found = await violationsOf(page);
    expect.soft(found, `${name}, ${colorScheme}`).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

const resultSchema = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      nodes: z.array(z.object({ html: z.string() })),
    }),
  ),
});

async function violationsOf(page: Page): Promise<readonly string[]> {
  if (await page.evaluate("typeof axe === 'undefined'"))
    await page.evaluate(axe);
  const result = resultSchema.parse(await page.evaluate("axe.run()"));
  return result.violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`,
  );
}
