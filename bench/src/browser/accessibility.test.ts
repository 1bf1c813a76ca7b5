import { source as axe } from "axe-core";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";

import { AppWorld, signIn, type PersonKey } from "./app-world.test-support.ts";

let world: AppWorld;
beforeEach(async () => {
  world = await AppWorld.create();
});
afterEach(() => world.end());

const pagesByPerson: readonly (readonly [PersonKey, readonly string[]])[] = [
  ["receptionist", ["/", "/patients", "/patients/new", "/appointments"]],
  ["clinician", ["/patients", "/unsent", "/reviews"]],
  ["technician", ["/jobs", "/equipment"]],
  ["manager", ["/reviews"]],
  ["admin", ["/admin/people", "/admin/teams", "/admin/devices"]],
  ["auditor", ["/audit"]],
];

const looks = [
  ["light", 1280],
  ["dark", 360],
] as const;

test.each(pagesByPerson)(
  "[AP-100] axe finds nothing on the pages of a %s, light and wide, dark and on a phone",
  async (who, paths) => {
    const device = await world.openDevice();
    const { page } = device;
    await page.goto("/");
    await page.getByLabel("E-mail").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await signIn(device, who);
    const places = [...paths, ...(await firstRecordOf(page, paths))];
    for (const path of places)
      for (const [colorScheme, width] of looks) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await page.goto(path);
        await page.locator("main h1").first().waitFor();
        await page.waitForLoadState("networkidle");
        const found = await violationsOf(page);
        expect(found, `${path} ${colorScheme}`).toEqual([]);
      }
    expect(device.complaints).toEqual([]);
  },
);

/** The first record that each list leads to. */
async function firstRecordOf(
  page: Page,
  paths: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    await page.goto(path);
    await page.locator("main h1").first().waitFor();
    await page.waitForLoadState("networkidle");
    const href = await page
      .locator(`main a[href^="${path}/"]`)
      .first()
      .getAttribute("href", { timeout: 1_000 })
      .catch(() => null);
    if (href !== null) found.push(href);
  }
  return found;
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
  await page.evaluate(axe);
  const result = resultSchema.parse(await page.evaluate("axe.run()"));
  return result.violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`,
  );
}
