// @vitest-environment happy-dom
import { expect, test } from "vitest";

import { renderApp } from "../app/app.test-support.tsx";
import "./job-page.tsx";
import { jobOn, submit, workshop } from "./workshop.test-support.ts";

test("[AP-48] a reading is a number as people write it, with its unit; a wrong one is taken back and stays", async () => {
  const { tapiwa, addJob } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.press("Add a reading");
  await page.type("What was read", "Operating hours");
  await page.type("Value", "a lot");
  await page.shows("A number, such as 12 or 12.5.");
  expect(page.button("Save this reading").hasAttribute("disabled")).toBe(true);
  await page.type("Value", "012,50");
  await page.type("Unit (if any)", "h");
  await submit(page);
  await page.shows("Operating hours 12.50 h");
  const readings = () => Object.values(job.fields.readings);
  expect(readings()).toMatchObject([
    { status: "final", value: { value: "12.50", unit: "h" } },
  ]);
  await page.press("Take back as entered in error: Operating hours 12.50 h");
  await page.press("It was an error");
  await page.until(() => readings()[0]?.status === "entered-in-error");
  expect(page.text).toContain("entered in error");
});

test("[AP-48] two who write a note at once have two notes, each with who wrote it", async () => {
  const { tapiwa, simba, addJob, meet } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  await meet();
  for (const [device, words] of [
    [tapiwa, "The fan rattles."],
    [simba, "The door was open."],
  ] as const) {
    const page = await renderApp(device, `/jobs/${job.id}`);
    await page.press("Add a note");
    await page.type("Note", words);
    await submit(page);
    await page.shows(words);
    await page.unmount();
  }
  await meet();
  const page = await renderApp(simba, `/jobs/${job.id}`);
  await page.shows("The fan rattles.A founder · 2 Mar 2026");
  expect(page.text).toContain(
    "The door was open.A colleague not on this device",
  );
  expect(Object.keys((await jobOn(simba, job)).fields.notes)).toHaveLength(2);
});

test("[AP-46] a half-written note is there again after a reload", async () => {
  const { tapiwa, addJob } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.press("Add a note");
  await page.type("Note", "Half a sent");
  await page.unmount();
  const again = await renderApp(tapiwa, `/jobs/${job.id}`);
  await again.shows("You had begun this.");
  expect(again.valueOf("Note")).toBe("Half a sent");
});
