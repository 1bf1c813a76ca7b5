/** A technician's photos: taken without a network, kept through a reload, sent from the worker, seen by a colleague. */
import { offline } from "@suture/client/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { AppWorld, isKept, signIn } from "./app-world.test-support.ts";

let world: AppWorld;
beforeAll(async () => {
  world = await AppWorld.create();
});
afterAll(() => world.end());

/** One red dot; what a canvas makes of it is a JPEG. */
const dot = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);
const photo = { name: "IMG_1.png", mimeType: "image/png", buffer: dot };

test("[AT-7, AT-11, AT-12] a photo of a technician offline is there after a reload, goes once there is a network, and a manager opens it", async () => {
  const phone = await world.openDevice({ isPhone: true });
  await signIn(phone, "technician");
  await isKept(phone);
  phone.network.suffer(offline());
  const { page } = phone;
  await page.goto("/jobs");
  await page.getByRole("link", { name: "Replace inlet filter" }).click();
  await page.getByRole("heading", { name: "Photos" }).waitFor();
  await page.locator("input[type=file]").setInputFiles(photo);
  await page.getByAltText("The photo that you chose").waitFor();
  await page.getByLabel("What it shows").fill("Clogged filter");
  const address = page.url();
  await page.reload();
  await page.getByAltText("The photo that you chose").waitFor();
  await page.getByRole("button", { name: "Record this photo" }).click();
  await page.getByAltText("Clogged filter").waitFor();
  await page.goto("/unsent");
  await page.getByText(": photo").waitFor();

  phone.network.heal();
  await page.getByText("All your work is sent").first().waitFor();
  const manager = await world.openDevice();
  await signIn(manager, "manager");
  await manager.page.goto(new URL(address).pathname);
  await manager.page
    .getByRole("button", { name: "Enlarge: Clogged filter" })
    .click();
  const large = manager.page.getByRole("dialog").getByRole("img");
  await large.waitFor();
  // The browser could show it: a picture that is blocked or broken has no width.
  expect(await large.evaluate("(image) => image.decode()")).toBeUndefined();
  await manager.page.getByRole("button", { name: "Close" }).click();
  for (const { complaints } of [phone, manager]) expect(complaints).toEqual([]);
});
