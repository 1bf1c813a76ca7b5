// @vitest-environment happy-dom
import { expect, test } from "vitest";

import { renderApp } from "../app/app.test-support.tsx";
import "./job-page.tsx";
import { submit, workshop } from "./workshop.test-support.ts";

test("[AP-45] a safety test is signed with its result, procedure and what was measured; half a measurement is not", async () => {
  const { tapiwa, addJob } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.press("Record a safety test");
  await page.choose("Result", "Failed");
  await page.type("Procedure followed", "IEC 62353");
  await page.press("Add a measurement");
  await page.type("What was measured 1", "Leakage current");
  expect(page.button("Sign this test").hasAttribute("disabled")).toBe(true);
  await page.type("Value with its unit 1", "870 µA");
  await submit(page);
  await page.shows("failed · IEC 62353 · Leakage current 870 µA");
  expect(job.group("service")).toMatchObject({
    content: {
      safetyTest: {
        result: "failed",
        protocol: "IEC 62353",
        measurements: [{ name: "Leakage current", value: "870 µA" }],
        at: "2026-03-02T09:00:00.000Z",
      },
    },
  });
  // What failed is said again where the job is closed.
  await page.press("No part was replaced");
  await page.until(() => !page.button("Complete").hasAttribute("disabled"));
  await page.press("Complete");
  await page.shows("The safety test failed.");
});

test("[AP-46] a half-filled test is there again after a reload, measurements and all", async () => {
  const { tapiwa, addJob } = await workshop();
  const job = await addJob({ workStatus: "in-progress" });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.press("Record a safety test");
  await page.choose("Result", "Passed");
  await page.press("Add a measurement");
  await page.type("What was measured 1", "Leakage current");
  await page.unmount();
  const again = await renderApp(tapiwa, `/jobs/${job.id}`);
  await again.shows("You had begun this.");
  expect(again.valueOf("Result")).toBe("passed");
  expect(again.valueOf("What was measured 1")).toBe("Leakage current");
  await again.press("Throw away");
  await again.until(() => again.root.querySelector("form") === null);
  await again.unmount();
  const empty = await renderApp(tapiwa, `/jobs/${job.id}`);
  await empty.shows("Record a safety test");
  expect(empty.root.querySelector("form")).toBeNull();
});
