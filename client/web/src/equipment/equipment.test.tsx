// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import type { OperationalStatus } from "@suture/schema";
import type { Device } from "@suture/client/clinic-test-support";

import { renderApp } from "../app/app.test-support.tsx";
import { submit, workshop } from "../jobs/workshop.test-support.ts";
import "../jobs/job-page.tsx";
import "./equipment-list-page.tsx";
import "./equipment-page.tsx";

type House = Awaited<ReturnType<typeof workshop>>;

async function sign(
  { client }: Device,
  { scanner }: House,
  status: OperationalStatus,
) {
  const found = await client.equipment.get(scanner.id);
  if (!found.ok) throw new Error(found.error.code);
  await act(async () => {
    const form = await found.value.edit();
    form.draft.fitness.operationalStatus = status;
    const saved = await form.save();
    if (!saved.ok) throw new Error(saved.error.reason);
  });
}

test("[AP-50] equipment is found by name and number, with whether it may be used; no match is no match on this device", async () => {
  const house = await workshop();
  const { tapiwa, organizationId } = house;
  await tapiwa.client.equipment.create({
    parentId: organizationId,
    fields: { deviceName: "Ultrasound 7", serialNumber: "US-7" },
  });
  await sign(tapiwa, house, "restricted");
  const page = await renderApp(tapiwa, "/equipment");
  await page.shows("Ultrasound 7");
  expect(page.text).toContain("MRI scanner 2Restricted use");
  await page.type("Find by name, serial number or place", "mr-22");
  await page.until(() => !page.text.includes("Ultrasound 7"));
  expect(page.text).toContain("MRI scanner 2");
  await page.type("Find by name, serial number or place", "CT");
  await page.shows("No match on this device");
  expect(page.text).toContain("It may exist without being on this device yet.");
});

test("[AP-51] whether equipment may be used is changed by a statement with its reason, and a half-filled one survives a reload", async () => {
  const house = await workshop();
  const { tapiwa, scanner } = house;
  const page = await renderApp(tapiwa, `/equipment/${scanner.id}`);
  await page.shows("In service");
  await page.press("Change whether it may be used");
  await page.choose("From now on", "Out of service");
  expect(page.button("Sign").hasAttribute("disabled")).toBe(true);
  await page.type("Why", "Leaks helium");
  await page.unmount();
  const again = await renderApp(tapiwa, `/equipment/${scanner.id}`);
  await again.shows("You had begun this.");
  await submit(again);
  await again.shows("“Leaks helium”");
  expect(scanner.group("fitness")).toMatchObject({
    content: { operationalStatus: "out-of-service" },
    signatures: [{ attribution: { reason: "Leaks helium" } }],
  });
});

test("[AP-51] while it is contested every version is shown, the worst counts, in the list as well, and nothing is signed over it", async () => {
  const house = await workshop();
  const { tapiwa, simba, scanner, meet } = house;
  await meet();
  await sign(tapiwa, house, "restricted");
  await sign(simba, house, "out-of-service");
  await meet();
  const page = await renderApp(tapiwa, `/equipment/${scanner.id}`);
  await page.shows("Until this is settled: Out of service");
  const candidates = [...page.root.querySelectorAll(".candidate")]
    .map((one) => one.textContent ?? "")
    .join("\n");
  expect(candidates).toContain("Restricted use");
  expect(candidates).toContain("Out of service");
  expect(page.text).not.toContain("Change whether it may be used");
  await page.unmount();
  const list = await renderApp(tapiwa, "/equipment");
  await list.shows("Until this is settled: Out of service");
});

test("[AP-52] a fault is reported where the equipment is, taken at once if wanted, and what was last done to it is below", async () => {
  const { tapiwa, tapiwaId, scanner, addJob } = await workshop();
  await addJob({
    code: [{ status: "active", text: "Yearly check" }],
    workStatus: "cancelled",
  });
  const page = await renderApp(tapiwa, `/equipment/${scanner.id}`);
  await page.shows("Yearly check");
  await page.press("Report a fault");
  await page.type("What needs doing", "No image");
  await page.choose("How urgent", "Urgent");
  await page.tick("I take it myself");
  await page.unmount();
  const again = await renderApp(tapiwa, `/equipment/${scanner.id}`);
  await again.shows("You had begun this.");
  await submit(again);
  await again.shows("In your hands");
  expect(window.location.pathname).toMatch(/^\/jobs\//);
  const [job] = await tapiwa.client.serviceJobs.list({ matching: tapiwaId });
  expect(job?.fields).toMatchObject({
    equipmentId: scanner.id,
    assigneeId: tapiwaId,
    priority: "urgent",
    workStatus: "accepted",
  });
  await again.unmount();
  const after = await renderApp(tapiwa, `/equipment/${scanner.id}`);
  await after.shows("No image");
  expect(after.text.indexOf("No image")).toBeLessThan(
    after.text.indexOf("Yearly check"),
  );
});
