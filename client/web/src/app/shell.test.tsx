// @vitest-environment happy-dom
import { expect, test } from "vitest";

import { foundClinic, openDevice } from "@suture/client/clinic-test-support";

import { renderApp } from "./app.test-support.tsx";

test("[AP-1] the shell says who and where, how sync stands, and names the areas of the person's roles", async () => {
  const device = await openDevice({ name: "ada" });
  await foundClinic(device);
  const page = await renderApp(device, "/unsent");
  await page.shows("North clinic");
  expect(page.text).toContain("A founder");
  expect(page.text).toContain("Test house");
  expect(page.link("Skip to the page").getAttribute("href")).toBe("#main");
  expect(page.root.querySelectorAll("main")).toHaveLength(1);
  const nav = page.root.querySelector("nav");
  expect(nav?.textContent).toBe("TodayPatientsJobsEquipmentReviewAdminAudit");
});
