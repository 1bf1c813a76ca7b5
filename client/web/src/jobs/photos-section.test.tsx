// @vitest-environment happy-dom
import { bytesToHex, sha256 } from "@suture/schema";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp, type Page } from "../app/app.test-support.tsx";
import "./job-page.tsx";
import { submit, workshop } from "./workshop.test-support.ts";

const bytes = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]);
const hash = bytesToHex(sha256(bytes));
const picture = () => new File([bytes], "IMG_1.jpg", { type: "image/jpeg" });

/** Into the file field at a place among those on the page, as the camera or the gallery would. */
async function pick(page: Page, at: number, file: File): Promise<void> {
  const input =
    page.root.querySelectorAll<HTMLInputElement>("input[type=file]")[at];
  if (input === undefined) throw new Error("there is no such file field");
  const files = { 0: file, length: 1, item: () => file };
  Object.defineProperty(input, "files", { value: files, configurable: true });
  await act(async () =>
    input.dispatchEvent(new Event("change", { bubbles: true })),
  );
}

test("[AP-49] a photo is handed to the person before its fingerprint is recorded, and the page says that only that is", async () => {
  const { tapiwa, addJob } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.shows("but not yet the picture: keep the file");
  await pick(page, 0, picture());
  await page.shows("handed to your downloads as photo-");
  expect(page.saved).toMatchObject([
    { name: `photo-${hash.slice(0, 12)}.jpeg` },
  ]);
  expect(job.fields.attachments).toEqual({});
  await page.type("What it shows", "Burnt connector");
  await page.unmount();

  const again = await renderApp(tapiwa, `/jobs/${job.id}`);
  await again.shows("You had begun this.");
  expect(again.valueOf("What it shows")).toBe("Burnt connector");
  await submit(again);
  await again.shows(`Fingerprint ${hash.slice(0, 12)}`);
  expect(Object.values(job.fields.attachments)).toEqual([
    {
      status: "active",
      hash,
      contentType: "image/jpeg",
      byteLength: bytes.length,
      title: "Burnt connector",
      creation: "2026-03-02T09:00:00.000Z",
    },
  ]);
});

test("[AP-49] any file can be checked against a recorded photo; what is no picture is not taken", async () => {
  const { tapiwa, addJob } = await workshop();
  const photo = {
    status: "active",
    hash,
    contentType: "image/jpeg",
    byteLength: bytes.length,
  } as const;
  const job = await addJob({
    workStatus: "in-progress",
    attachments: [photo],
  });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.shows("Photo without a caption");
  await pick(page, 0, picture());
  await page.shows("This is the picture that was recorded.");
  await pick(
    page,
    0,
    new File([new Uint8Array([1])], "a", { type: "image/png" }),
  );
  await page.shows("This is another picture, or it was changed.");
  await pick(page, 1, new File(["text"], "a.txt", { type: "text/plain" }));
  await page.shows("This is no picture.");
  expect(page.saved).toEqual([]);
});
