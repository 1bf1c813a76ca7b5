// @vitest-environment happy-dom
import { act } from "react";

import {
  addDamageReport,
  foundClinic,
  join,
  loseChanges,
  openDevice,
} from "@suture/client/clinic-test-support";
import { expect, test } from "vitest";

import { renderApp } from "./app.test-support.tsx";

test("[WB-39] a part of the store that cannot be read is told of at once, with a way to mend it", async () => {
  const device = await openDevice({ name: "ada" });
  await foundClinic(device);
  let isMet = false;
  let mended = 0;
  const listeners = new Set<() => void>();
  const page = await renderApp(device, "/unsent", {
    storeDamage: {
      isMet: () => isMet,
      watch: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      mend: () => void (mended += 1),
    },
  });
  await page.shows("North clinic");
  expect(page.text).not.toContain("cannot be read");
  isMet = true;
  await act(async () => listeners.forEach((listener) => listener()));
  await page.shows("Part of what this device keeps cannot be read");
  await page.press("Mend it now");
  expect(mended).toBe(1);
});

test("[WB-42] it is told where nobody uses the device", async () => {
  const device = await openDevice({ name: "ada" });
  await foundClinic(device);
  await device.client.lock.close();
  let mended = 0;
  const page = await renderApp(device, "/unsent", {
    storeDamage: {
      isMet: () => true,
      watch: () => () => undefined,
      mend: () => void (mended += 1),
    },
  });
  await page.shows("Part of what this device keeps cannot be read");
  expect(device.client.person).toBeNull();
  await page.press("Mend it now");
  expect(mended).toBe(1);
});

test("[WB-39] what was damaged is told in words until somebody has seen it, restarts included", async () => {
  const first = await openDevice({ name: "ada" });
  await foundClinic(first);
  await first.log.write((tx) =>
    addDamageReport(tx, { keptAs: "kept here", areAllNamed: true }),
  );
  const again = () => openDevice({ name: "ada", store: first.store, start: 2 });
  const page = await renderApp(await again(), "/unsent");
  await page.shows("Part of what this device kept was damaged");
  await page.shows("kept aside as it was (kept here)");
  await page.shows("Nothing is missing any more");
  await page.unmount();

  const device = await again();
  const later = await renderApp(device, "/unsent");
  await later.press("I have seen this");
  await later.until(() => !later.text.includes("was damaged"));
  expect(await device.client.damage.list()).toEqual([]);
});

test("[AP-178] what is missing is told by the names of its records, each a way there; what has no name here is counted", async () => {
  const first = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(first);
  const register = async (family: string) => {
    const created = await first.client.patients.create({
      parentId: organizationId,
      groups: { identity: { name: [{ family, given: ["Tariro"] }] } },
    });
    if (!created.ok) throw new Error(created.error.reason);
    return created.value;
  };
  const [moyo, dube] = [await register("Moyo"), await register("Dube")];
  const edit = await moyo.edit();
  edit.draft.maritalStatus = "M";
  expect((await edit.save()).ok).toBe(true);
  await loseChanges(first, moyo.id, 1);
  await loseChanges(first, dube.id, Number.MAX_SAFE_INTEGER);
  await first.log.write((tx) =>
    addDamageReport(tx, { keptAs: "kept here", areAllNamed: true }),
  );

  const device = await openDevice({
    name: "ada",
    store: first.store,
    start: 2,
  });
  const page = await renderApp(device, "/unsent");
  await page.shows("of 2 records");
  await page.shows("And 1 record more.");
  expect(page.link("Patient Tariro Moyo").getAttribute("href")).toBe(
    `/patients/${moyo.id}`,
  );
  await page.unmount();

  const tom = await openDevice({ name: "tom", store: first.store });
  await join(tom, organizationId, teamId, ["technician"]);
  const theirs = await renderApp(tom, "/unsent");
  await theirs.shows("of 2 records");
  await theirs.shows("This device shows you none of their names.");
  // Enough for every name to be looked up.
  let turns = 0;
  await theirs.until(() => (turns += 1) > 200);
  expect(theirs.text).not.toContain("Moyo");
});
