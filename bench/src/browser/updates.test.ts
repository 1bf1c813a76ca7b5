import { protocolVersion } from "@suture/schema";
import {
  cp,
  mkdtemp,
  readFile,
  readdir,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { AppWorld, isKept, opened, signIn } from "./app-world.test-support.ts";

const built = process.env.SUTURE_APP_DIR ?? "client/web/dist";

let directory: string;
let world: AppWorld;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "suture-versions-"));
  world = await AppWorld.create();
});
afterAll(async () => {
  await world.end();
  await rm(directory, { recursive: true, force: true });
});

/** The app as it was built, as another version of it: what `edit` makes of its texts. */
async function anotherVersion(
  name: string,
  edit: (text: string) => string = (text) => text,
): Promise<string> {
  const version = join(directory, name);
  await cp(built, version, { recursive: true });
  const files = await readdir(version, { recursive: true });
  // Scripts are named after what they hold, so another one has another name.
  const edited = new Map<string, string>();
  const texts = files.filter((file) => /\.(js|html)$/.test(file));
  for (const file of texts)
    edited.set(file, edit(await readFile(join(version, file), "utf8")));
  const rename = (text: string) =>
    text
      .replaceAll(/-([\w-]{8})\.js\b/g, `-$1.${name}.js`)
      .replace(/(url:"index.html",revision:")\w+/, `$1${name}`);
  for (const [file, text] of edited) {
    const isScript = file.startsWith("assets");
    await rm(join(version, file));
    await writeFile(
      join(version, isScript ? rename(file) : file),
      rename(text),
    );
  }
  return version;
}

const offered = (page: Page) =>
  page.getByText("A new version of this app is here.");

async function take(page: Page) {
  const loaded = page.waitForEvent("load");
  await page.getByRole("button", { name: "Use the new version" }).click();
  await loaded;
}

test("[WB-23, AP-147] a new version waits beside a half-filled form until it is taken; one too old for the server says so and keeps queueing, and the next one sends", async () => {
  const device = await world.openDevice();
  const { page, context } = device;
  await signIn(device, "receptionist");
  await isKept(device);
  await page.goto("/patients");
  await page.getByText("Bela Birch").first().click();
  const field = page.getByLabel("Number or e-mail");
  await field.fill("+15550100901");
  await page.evaluate("window.isStillThis = true");

  // An app of another time than the server's.
  const spoken = `protocolVersion:${protocolVersion}`;
  const strange = await anotherVersion("strange", (text) =>
    text.replaceAll(spoken, `protocolVersion:${protocolVersion + 1}`),
  );
  await world.restart({ appDir: strange });
  // Opening the app anywhere on the device finds it.
  const second = await opened(context, "/");
  await offered(second).waitFor();
  await offered(page).waitFor();
  expect(await page.evaluate("window.isStillThis")).toBe(true);
  expect(await field.inputValue()).toBe("+15550100901");
  await second.close();

  await take(page);
  const words = page.getByText("Update needed to send; your work is safe");
  await words.first().waitFor();
  expect(await field.inputValue()).toBe("+15550100901");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("1 change on this device").first().waitFor();
  await words.first().waitFor();

  await world.restart({ appDir: await anotherVersion("next") });
  await page.reload();
  await page.getByText("1 change on this device").first().waitFor();
  await offered(page).waitFor();
  await take(page);
  await page.getByText("All your work is sent").first().waitFor();
  await page.getByText("+15550100901").first().waitFor();
  expect(device.complaints).toEqual([]);
});
