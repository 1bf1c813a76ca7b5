// @vitest-environment happy-dom
import { act } from "react";

import {
  foundClinic,
  openDevice,
  personIdOf,
} from "@suture/client/clinic-test-support";
import { clientTables } from "@suture/client";
import { createMemoryStore, StoreError, type Store } from "@suture/schema";
import { expect, test } from "vitest";

import { renderApp } from "../app.test-support.tsx";

const minuteMs = 60_000;
const passwords = { ada: "ada's own words", ben: "ben's own words" };

/** Ada's and Ben's, without a network; Ada founded the clinic and uses it. */
async function sharedTablet(
  store: Store = createMemoryStore({ tables: clientTables }),
) {
  const device = await openDevice({
    name: "ada",
    store,
    others: ["ben"],
    lock: { passwordRounds: 10, unusedMs: 15 * minuteMs },
  });
  const { client, log, personId } = device;
  for (const [name, password] of Object.entries(passwords)) {
    await client.usePerson(personIdOf(name));
    await client.lock.keepCheck(personIdOf(name), { email: null, password });
  }
  await client.usePerson(personId);
  const { organizationId, teamId } = await foundClinic(device);
  const ben = await client.members.create({
    parentId: organizationId,
    fields: { displayName: "Ben Kofi" },
  });
  if (!ben.ok) throw new Error(ben.error.reason);
  await log.saveMemberships(personIdOf("ben"), [
    {
      organizationId,
      memberId: ben.value.id,
      roles: ["receptionist"],
      teamIds: [teamId],
    },
  ]);
  return { ...device, organizationId, teamId };
}

test("[AP-13, AP-103] whoever is signed in on the device is chosen by name, and continues with their own password", async () => {
  const device = await sharedTablet();
  const page = await renderApp(device, "/unsent");
  await page.shows("North clinic");
  await page.press("Account");
  await page.press("Switch person");
  await page.shows("Who uses this device?");
  expect(device.client.person).toBeNull();
  expect(page.text).not.toContain("North clinic");

  await page.press("Ben KofiReceptionist");
  await page.shows("Continue as Ben Kofi");
  await page.type("Password", passwords.ada);
  await page.press("Continue");
  await page.shows("That is not their password.");
  expect(device.client.person).toBeNull();
  await page.type("Password", passwords.ben);
  await page.press("Continue");
  await page.shows("Ben Kofi · Receptionist");
  // The next person begins at the start.
  expect(window.location.pathname).not.toBe("/unsent");
});

test("[AP-103] who used the device last needs their password as well, and finds the page they had", async () => {
  const device = await sharedTablet();
  const page = await renderApp(device, "/unsent");
  await page.shows("North clinic");
  await page.press("Account");
  await page.press("Switch person");
  await page.press(
    "A founderAdmin, Clinician, Manager, Receptionist, Technician",
  );
  await page.press("Somebody else");
  await page.press(
    "A founderAdmin, Clinician, Manager, Receptionist, Technician",
  );
  await page.type("Password", passwords.ada);
  await page.press("Continue");
  await page.shows("North clinic");
  expect(window.location.pathname).toBe("/unsent");
});

test("[AP-104] who tried too often is told how long to wait", async () => {
  const device = await sharedTablet();
  await device.client.lock.close();
  const page = await renderApp(device, "/");
  await page.press("Ben KofiReceptionist");
  for (const wrong of ["one", "two", "three", "four"]) {
    await page.type("Password", wrong);
    await page.press("Continue");
    await page.until(() => page.valueOf("Password") === "");
  }
  await page.shows("Tried too often. Wait 30 seconds.");
  device.clock.nowMs += 30_000;
  await page.type("Password", passwords.ben);
  await page.press("Continue");
  await page.shows("Ben Kofi · Receptionist");
});

test("[AP-105] a device that nobody touches is locked, and a half-filled form is there again", async () => {
  const device = await sharedTablet();
  const waiting = new Set<{ readonly atMs: number; task(): void }>();
  const timers = {
    after: (delayMs: number, task: () => void) => {
      const timer = { atMs: device.clock.nowMs + delayMs, task };
      waiting.add(timer);
      return { cancel: () => void waiting.delete(timer) };
    },
  };
  const page = await renderApp(device, "/patients/new", { timers });
  await page.type("Family name", "Moyo");
  const isLookedAtIn = (minutes: number) =>
    [...waiting].some(
      ({ atMs }) => atMs === device.clock.nowMs + minutes * minuteMs,
    );
  await page.until(() => isLookedAtIn(15));
  const passes = async (minutes: number) => {
    device.clock.nowMs += minutes * minuteMs;
    for (const timer of [...waiting]) {
      if (timer.atMs > device.clock.nowMs) continue;
      waiting.delete(timer);
      await act(async () => timer.task());
    }
  };

  // Somebody is at it after ten minutes.
  await passes(10);
  await act(async () => {
    window.dispatchEvent(new Event("keydown"));
  });
  await passes(5);
  await page.until(() => isLookedAtIn(10));
  expect(device.client.person).not.toBeNull();
  await passes(10);
  await page.shows("Who uses this device?");
  expect(page.text).not.toContain("Family name");

  await page.press(
    "A founderAdmin, Clinician, Manager, Receptionist, Technician",
  );
  await page.type("Password", passwords.ada);
  await page.press("Continue");
  await page.shows("Family name");
  await page.until(() => page.valueOf("Family name") === "Moyo");
});

test("[AP-165] where the store cannot be read for a while, the app looks again whether anybody was at the device", async () => {
  const store = createMemoryStore({ tables: clientTables });
  let isOut = false;
  const device = await sharedTablet({
    read: (partition, work) =>
      isOut
        ? Promise.reject(new StoreError("store-damaged", "it does not answer"))
        : store.read(partition, work),
    write: (partition, work) => store.write(partition, work),
    listPartitions: () => store.listPartitions(),
    close: () => store.close(),
  });
  const waiting = new Set<{ readonly delayMs: number; task(): void }>();
  const timers = {
    after: (delayMs: number, task: () => void) => {
      const timer = { delayMs, task };
      waiting.add(timer);
      return { cancel: () => void waiting.delete(timer) };
    },
  };
  const isLookedAtIn = (delayMs: number) => () =>
    [...waiting].some((timer) => timer.delayMs === delayMs);
  const run = async (delayMs: number) => {
    for (const timer of [...waiting]) {
      if (timer.delayMs !== delayMs) continue;
      waiting.delete(timer);
      await act(async () => timer.task());
    }
  };
  const page = await renderApp(device, "/unsent", { timers });
  await page.until(isLookedAtIn(15 * minuteMs));
  isOut = true;
  device.clock.nowMs += 15 * minuteMs;
  await run(15 * minuteMs);
  await page.until(isLookedAtIn(30_000));
  isOut = false;
  await run(30_000);
  await page.shows("Who uses this device?");
});
