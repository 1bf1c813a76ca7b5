/**
 * `npm run screens -- [--only NAME] [--to DIRECTORY]`: takes pictures of the app's pages, with the sample organization's records, as
 * each of its people sees them, wide and on a phone, light and dark. They are what docs/screens holds.
 */
import { samplePassword } from "@suture/server";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium, type Browser, type Page } from "playwright-core";

import { chromiumMissing, findChromium } from "../../../.ci/chromium.mjs";
import { RestartableServer } from "../restartable-server.ts";
import { screensByPerson, type Screen } from "./screens.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    to: { type: "string", default: "docs/screens" },
  },
});

const widths = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 360, height: 740 },
} as const;
/** Of JPEG: legible, and some 40 KB a picture. */
const quality = 60;

const executablePath = findChromium();
if (executablePath === undefined) throw new Error(chromiumMissing);
const directory = await mkdtemp(join(tmpdir(), "suture-screens-"));
await mkdir(values.to, { recursive: true });
const server = await RestartableServer.start(directory);
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox"],
});
try {
  for (const [person, all] of Object.entries(screensByPerson)) {
    const screens = all.filter(
      ({ name }) => values.only === undefined || values.only === name,
    );
    if (screens.length > 0) await takeAll(browser, person, screens);
  }
} finally {
  await browser.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}

/** On a device of their own. */
async function takeAll(
  where: Browser,
  person: string,
  screens: readonly Screen[],
): Promise<void> {
  const context = await where.newContext({
    baseURL: server.url,
    reducedMotion: "reduce",
    viewport: widths.desktop,
  });
  const page = await context.newPage();
  await page.goto("/");
  await page.getByLabel("E-mail").waitFor();
  for (const screen of screens.filter(({ isSignedOut }) => isSignedOut))
    await takeOne(page, screen);
  await page.getByLabel("E-mail").fill(`${person}@riverbend.example`);
  await page.getByLabel("Password").fill(samplePassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("All your work is sent").waitFor();
  await page.evaluate("navigator.serviceWorker.ready.then(() => null)");
  for (const screen of screens.filter(({ isSignedOut }) => !isSignedOut)) {
    await screen.show(page, context);
    await takeOne(page, screen);
    // What a screen did to the network is over with it.
    await context.setOffline(false);
  }
  await context.close();
}

async function takeOne(page: Page, { name }: Screen): Promise<void> {
  for (const [width, size] of Object.entries(widths)) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForLoadState("networkidle");
      // Two frames: laid out, and painted.
      await page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
      );
      await page.screenshot({
        path: join(values.to, `${name}-${width}-${colorScheme}.jpg`),
        type: "jpeg",
        quality,
      });
    }
  }
  await page.setViewportSize(widths.desktop);
  console.error(name);
}
