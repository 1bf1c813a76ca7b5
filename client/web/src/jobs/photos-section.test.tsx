// @vitest-environment happy-dom
import { attachmentHashSchema, bytesToHex, sha256 } from "@suture/schema";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp, type Page } from "../app/app.test-support.tsx";
import "./job-page.tsx";
import "../app/unsent/unsent-page.tsx";
import { submit, workshop } from "./workshop.test-support.ts";

const bytes = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]);
const hash = attachmentHashSchema.parse(bytesToHex(sha256(bytes)));
const picture = () => new File([bytes], "IMG_1.jpg", { type: "image/jpeg" });
const photo = {
  status: "active",
  hash,
  contentType: "image/jpeg",
  byteLength: bytes.length,
} as const;

/** As the camera or the gallery would. */
async function pick(page: Page, file: File): Promise<void> {
  const input = page.root.querySelector<HTMLInputElement>("input[type=file]");
  if (input === null) throw new Error("there is no file field");
  const files = { 0: file, length: 1, item: () => file };
  Object.defineProperty(input, "files", { value: files, configurable: true });
  await act(async () =>
    input.dispatchEvent(new Event("change", { bubbles: true })),
  );
}

function shownPictures({ root }: Page): readonly (string | null)[] {
  return [...root.querySelectorAll("img")].map((image) => image.alt);
}

function removals({ root }: Page): readonly HTMLElement[] {
  return [
    ...root.querySelectorAll<HTMLElement>(
      '[aria-label^="Remove from this device: "]',
    ),
  ];
}

test("[AP-49, AT-12] a photo is kept without a network as soon as it is chosen, outlives the page, and is listed until it is sent", async () => {
  const { tapiwa, addJob } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await pick(page, picture());
  await page.until(() => shownPictures(page).length === 1);
  expect(await tapiwa.client.attachments.unsent()).toMatchObject([{ hash }]);
  expect(job.fields.attachments).toEqual({});
  await page.type("What it shows", "Burnt connector");
  await page.unmount();

  const again = await renderApp(tapiwa, `/jobs/${job.id}`);
  await again.shows("You had begun this.");
  expect(again.valueOf("What it shows")).toBe("Burnt connector");
  await again.until(() => shownPictures(again).length === 1);
  await submit(again);
  await again.until(() => shownPictures(again).includes("Burnt connector"));
  expect(again.text).toContain("Saved locally. Will sync on reconnect.");
  expect(Object.values(job.fields.attachments)).toEqual([
    {
      ...photo,
      title: "Burnt connector",
      creation: "2026-03-02T09:00:00.000Z",
    },
  ]);
  await again.unmount();

  const unsent = await renderApp(tapiwa, "/unsent");
  await unsent.shows(": photo");
  const changes = await tapiwa.client.unsynced();
  await unsent.shows(`${changes.length + 1} changes on this device`);
});

test("[AP-49] what is chosen and thrown away is on the device no more; what a job names already stays", async () => {
  const { tapiwa, addJob } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  const { attachments } = tapiwa.client;
  await pick(page, picture());
  await page.press("Throw away");
  await page.until(() => shownPictures(page).length === 0);
  await expect.poll(() => attachments.unsent()).toEqual([]);

  await pick(page, picture());
  await page.until(() => shownPictures(page).length === 1);
  await submit(page);
  await page.until(() => page.text.includes("Photo without a caption"));
  await pick(page, picture());
  await page.press("Throw away");
  await page.shows("Photo without a caption");
  expect(await attachments.unsent()).toHaveLength(1);
});

test("[AP-176] a photo that nothing names is removed from the list of unsent work, once that is confirmed; one that a form has is not", async () => {
  const { tapiwa, addJob } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  const { attachments, forms } = tapiwa.client;
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await pick(page, picture());
  await page.until(() => shownPictures(page).length === 1);
  await page.unmount();

  const begun = await renderApp(tapiwa, "/unsent");
  await begun.shows("It goes once the form that holds it is saved.");
  expect(removals(begun)).toHaveLength(0);
  await begun.unmount();

  await forms.drop(`job-photo/${job.id}`);
  const list = await renderApp(tapiwa, "/unsent");
  await list.shows("Nothing names it, so it is not sent.");
  const [remove] = removals(list);
  await act(async () => remove?.click());
  await list.shows("It exists only on this device");
  await list.until(() => shownPictures(list).length === 1);
  await list.press("Cancel");
  expect(await attachments.unsent()).toHaveLength(1);
  await act(async () => remove?.click());
  await list.press("Remove it for good");
  await list.until(() => !list.text.includes(": photo"));
  expect(await attachments.unsent()).toEqual([]);
});

test("[AP-49] what is no picture is not taken, and that is said", async () => {
  const { tapiwa, addJob } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  const made: (Uint8Array | undefined)[] = [undefined, new Uint8Array([1])];
  const page = await renderApp(tapiwa, `/jobs/${job.id}`, {
    makePicture: async () => made.shift(),
  });
  for (let count = 0; count < 2; count += 1) {
    await pick(page, new File(["text"], "a.txt", { type: "text/plain" }));
    await page.shows("This is no picture.");
  }
  expect(await tapiwa.client.attachments.unsent()).toEqual([]);
});

test("[AT-11] a photo opens large, named by its caption; one that is not here says why", async () => {
  const { tapiwa, addJob } = await workshop();
  const title = "Burnt connector";
  const other = { ...photo, hash: attachmentHashSchema.parse("0".repeat(64)) };
  const job = await addJob({
    workStatus: "in-progress",
    attachments: [{ ...photo, title }, other],
  });
  await tapiwa.client.attachments.keep(job.id, bytes);
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.shows(
    "Not on this device. It is fetched when the server answers.",
  );
  await page.until(() => shownPictures(page).length === 1);
  await page.press(`Enlarge: ${title}`);
  await page.until(() => page.root.querySelector("[role=dialog] img") !== null);
  await page.press("Close");
  await page.until(() => page.root.querySelector("[role=dialog]") === null);
});
