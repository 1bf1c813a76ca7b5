// @vitest-environment happy-dom
import {
  foundClinic,
  newPatient,
  openDevice,
  sign,
  TestServer,
} from "@suture/client/clinic-test-support";
import { expect, test } from "vitest";

import { renderApp } from "../app.test-support.tsx";

async function clinic() {
  const device = await openDevice({ name: "ada" });
  return { ...device, ...(await foundClinic(device)) };
}

test("[AP-10] unsent work stands most urgent first, with its state, age and reason", async () => {
  const device = await clinic();
  const server = new TestServer(device.organizationId);
  const record = await newPatient(device, device.organizationId);
  await server.takeFrom(device);
  const edit = await record.edit();
  edit.draft.telecom.set({ status: "active", system: "phone", value: "1" });
  await edit.save();
  await sign(record);
  device.clock.nowMs += 5 * 60_000;
  const page = await renderApp(device, "/unsent");
  await page.shows("Patient without a name: prescribing");
  const rows = [...page.root.querySelectorAll(".unsent-row")].map(
    (row) => row.textContent,
  );
  expect(rows).toEqual([
    "Patient without a name: prescribingMost urgentSaved locally. Will sync on reconnect.Waiting: 5 minutesWaits for an answer from the server.",
    "Patient without a name: detailsIn turnSaved locally. Will sync on reconnect.Waiting: 5 minutesWaits for an answer from the server.",
  ]);
});

test("[AP-10] nothing unsent is said as that", async () => {
  const device = await clinic();
  await new TestServer(device.organizationId).takeFrom(device);
  const page = await renderApp(device, "/unsent");
  await page.shows("Nothing on this device waits to be sent.");
});

test("[AP-10] work that was not accepted is shown with its reason; seeing it keeps it", async () => {
  const device = await clinic();
  const server = new TestServer(device.organizationId);
  const record = await newPatient(device, device.organizationId);
  await server.takeFrom(device);
  await sign(record);
  await server.takeFrom(device, () => "not-permitted");
  const page = await renderApp(device, "/unsent");
  await page.shows("Not accepted");
  expect(page.text).toContain("Patient: prescribing");
  await page.press("I have seen it");
  await page.until(() => !page.text.includes("I have seen it"));
  expect((await device.client.stranded())[0]?.isDismissed).toBe(true);
  expect(page.text).toContain("Patient: prescribing");
});

test("[AP-11] unsent work and what was not accepted can be saved as a copy", async () => {
  const device = await clinic();
  const server = new TestServer(device.organizationId);
  const record = await newPatient(device, device.organizationId);
  await server.takeFrom(device);
  const saved = await sign(record);
  await server.takeFrom(device, () => "not-permitted");
  await sign(record);
  const page = await renderApp(device, "/unsent");
  await page.shows("Save a copy of what was not accepted");
  await page.press("Save a copy");
  await page.until(() => page.saved.length === 1);
  await page.press("Save a copy of what was not accepted");
  await page.until(() => page.saved.length === 2);
  expect(page.saved.map(({ name }) => name)).toEqual([
    "suture-unsent-2026-03-02T090000.json",
    "suture-not-accepted-2026-03-02T090000.json",
  ]);
  const [unsent, stranded] = await Promise.all(
    page.saved.map(({ file }) => file.text()),
  );
  expect(JSON.parse(unsent ?? "")).toMatchObject({
    format: "suture-unsynced-1",
    changes: [{ recordId: record.id }],
  });
  expect(JSON.parse(stranded ?? "")).toMatchObject({
    format: "suture-stranded-1",
    changes: [{ recordId: record.id, hash: saved.hashes[0] }],
  });
  expect(page.text).toContain("It holds clinical content");
});
