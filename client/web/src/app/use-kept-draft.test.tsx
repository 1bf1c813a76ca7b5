// @vitest-environment happy-dom
import {
  foundClinic,
  newPatient,
  openDevice,
  personIdOf,
} from "@suture/client/clinic-test-support";
import type { Store } from "@suture/schema";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp } from "./app.test-support.tsx";
import { SmallStore } from "./small-store.test-support.ts";

async function clinic(store?: Store) {
  const device = await openDevice({
    name: "ada",
    others: ["ben"],
    ...(store !== undefined && { store }),
  });
  const founded = await foundClinic(device);
  const record = await newPatient(device, founded.organizationId);
  return { ...device, ...founded, record };
}

test("[AP-5] a half-filled form is there again after a reload, until it is saved", async () => {
  const device = await clinic();
  const path = `/patients/${device.record.id}`;
  const before = await renderApp(device, path);
  await before.shows("New note");
  await before.type("New note", "Prefers mor");
  await before.type("New note", "Prefers mornings");
  await before.until(() => before.valueOf("New note") === "Prefers mornings");
  await before.unmount();

  const after = await renderApp(device, path);
  await after.shows("What you had typed here before was kept.");
  expect(after.valueOf("New note")).toBe("Prefers mornings");
  await after.press("Add the note");
  await after.until(() => after.valueOf("New note") === "");
  expect(after.text).toContain("Prefers mornings");
  await after.unmount();

  const later = await renderApp(device, path);
  await later.shows("New note");
  expect(later.valueOf("New note")).toBe("");
});

test("[AP-5] what one person typed is not shown to the next", async () => {
  const device = await clinic();
  const { client, log, organizationId, teamId, record } = device;
  const ben = personIdOf("ben");
  const [ada] = client.memberships;
  if (ada === undefined) throw new Error("nobody founded it");
  await log.saveMemberships(ben, [
    {
      organizationId,
      memberId: ada.memberId,
      roles: ["clinician"],
      teamIds: [teamId],
    },
  ]);
  const page = await renderApp(device, `/patients/${record.id}`);
  await page.shows("New note");
  await page.type("New note", "Between us");
  await act(() => client.usePerson(ben));
  await page.until(
    () => page.text.includes("New note") && page.valueOf("New note") === "",
  );
  await act(() => client.usePerson(device.personId));
  await page.until(
    () =>
      page.text.includes("New note") &&
      page.valueOf("New note") === "Between us",
  );
});

test("[AP-7] a save that did not happen says why, and the form still holds what was typed", async () => {
  const store = new SmallStore();
  const device = await clinic(store);
  const page = await renderApp(device, `/patients/${device.record.id}`);
  await page.shows("New note");
  await page.type("New note", "Called back");
  await page.until(() => page.valueOf("New note") === "Called back");
  store.isFull = true;
  await page.press("Add the note");
  await page.shows("Not saved — this device cannot store it.");
  expect(page.valueOf("New note")).toBe("Called back");
});
