// @vitest-environment happy-dom
import { foundClinic, openDevice } from "@suture/client/clinic-test-support";
import type { RecordId } from "@suture/schema";
import { act } from "react";
import { expect, onTestFinished, test, vi } from "vitest";

import { renderApp, type Page } from "../app/app.test-support.tsx";
import { SmallStore } from "../app/small-store.test-support.ts";
import { fits, readQuery } from "./read-query.ts";

type Device = Awaited<ReturnType<typeof clinic>>;

async function clinic() {
  const device = await openDevice({ name: "ada" });
  return { ...device, ...(await foundClinic(device)) };
}

interface Somebody {
  readonly given: readonly string[];
  readonly family: string;
  readonly birthDate?: string;
  readonly number?: string;
}

async function register(
  { client, organizationId }: Pick<Device, "client" | "organizationId">,
  { given, family, birthDate = "1951-03-14", number }: Somebody,
): Promise<RecordId> {
  const created = await client.patients.create({
    parentId: organizationId,
    groups: {
      identity: {
        name: [{ given: [...given], family }],
        birthDate,
        identifiers:
          number === undefined
            ? {}
            : {
                "7e3f6c1a-1111-4222-8333-444444444444": {
                  status: "active",
                  value: number,
                },
              },
      },
    },
  });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value.id;
}

function shown(page: Page): readonly (string | null)[] {
  return [...page.root.querySelectorAll(".row-title")].map(
    (title) => title.textContent,
  );
}

test("[AP-20] patients are found by name in any order, by birth date and by number, without a network", async () => {
  const device = await clinic();
  await register(device, { given: ["Alma"], family: "Alder" });
  await register(device, { given: ["Almut"], family: "Birch" });
  const birthDate = "1974-12-05";
  await register(device, {
    given: ["José"],
    family: "Cedar",
    birthDate,
    number: "N-4711",
  });
  const page = await renderApp(device, "/patients");
  await page.until(() => shown(page).length === 3);
  const expected: readonly (readonly [string, readonly string[]])[] = [
    ["alm", ["Alma Alder", "Almut Birch"]],
    ["Alder Al", ["Alma Alder"]],
    ["jose", ["José Cedar"]],
    ["1974-12-05", ["José Cedar"]],
    ["5.12.1974", ["José Cedar"]],
    ["05/12/1974", ["José Cedar"]],
    ["n-47", ["José Cedar"]],
    ["", ["Alma Alder", "Almut Birch", "José Cedar"]],
  ];
  for (const [typed, names] of expected) {
    await page.type("Find a patient", typed);
    await page.until(() => shown(page).join() === names.join());
  }
});

test("[AP-20] each word must begin a word of the record", () => {
  expect(readQuery(" Ruiz,  ALMÁ ")).toEqual({
    matching: "ruiz",
    words: ["ruiz", "alma"],
  });
  const query = readQuery("al ru");
  expect(fits(query, ["Alma", "Ruiz"])).toBe(true);
  expect(fits(query, ["Alma Ruiz"])).toBe(true);
  expect(fits(query, ["Alma", "Cruz"])).toBe(false);
});

test("[AP-21] no match is said of this device, never of the world", async () => {
  const device = await clinic();
  await register(device, { given: ["Alma"], family: "Alder" });
  const page = await renderApp(device, "/patients");
  await page.type("Find a patient", "zeno");
  await page.shows("No match on this device");
  expect(page.text).toContain("registered who is not on this device yet");
  expect(page.text).not.toMatch(/no such|does not exist|unknown patient/i);
});

test("[AP-22] of a long list only the rows near the screen are in the page, and more follow", async () => {
  const device = await clinic();
  for (let number = 100; number < 260; number += 1)
    await register(device, { given: ["Alma"], family: `Alder ${number}` });
  // There is no layout here; every row is as high as the list guesses.
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(84);
  onTestFinished(() => void vi.restoreAllMocks());
  const page = await renderApp(device, "/patients");
  await page.shows("Alder 100");
  const list = page.root.querySelector("ul.virtual-list");
  const heightOf = () =>
    list instanceof HTMLElement ? parseFloat(list.style.height) : 0;
  const rows = () => list?.querySelectorAll("li").length ?? 0;
  expect(rows()).toBeGreaterThan(5);
  expect(rows()).toBeLessThan(60);
  expect(list?.querySelector("li")?.getAttribute("aria-setsize")).toBe("-1");
  // Rows that nobody sees keep their place.
  expect(heightOf()).toBeGreaterThan(79 * 40);
});

test("[AP-23] somebody is registered without a network; who has the same birth date is shown before", async () => {
  const device = await clinic();
  await register(device, { given: ["Alma"], family: "Alder" });
  const page = await renderApp(device, "/patients/new");
  await page.press("Register");
  await page.shows("A family or a given name is needed.");
  await page.type("Given names", "Alma Maria");
  await page.type("Family name", "Alder");
  await page.type("Birth date", "14.3.1951");
  await page.shows("Write it as 1974-12-05, 1974-12 or 1974.");
  await page.type("Birth date", "1951-03-14");
  await page.shows("Already on this device with this birth date");
  expect(shown(page)).toEqual(["Alma Alder"]);
  await page.type("Patient number", "N-1");
  await page.choose("Gender", "female");
  await page.press("Register");
  await page.shows("Alma Maria Alder");
  await page.shows("Saved locally. Will sync on reconnect.");
  const [found] = await device.client.patients.list({ matching: "n-1" });
  expect(found?.group("identity")).toMatchObject({
    status: "settled",
    content: { birthDate: "1951-03-14", gender: "female" },
  });
});

test("[AP-7, AP-161] a registration sent twice registers one patient, also after the device could not store it", async () => {
  const store = new SmallStore();
  const device = await openDevice({
    name: "ada",
    store,
  });
  await foundClinic(device);
  const page = await renderApp(device, "/patients/new");
  await page.type("Family name", "Alder");
  const form = page.root.querySelector("form");
  const send = () => act(async () => form?.requestSubmit());
  store.isFull = true;
  await send();
  await page.shows("Not saved — this device cannot store it.");
  expect(page.valueOf("Family name")).toBe("Alder");
  store.isFull = false;
  await act(async () => {
    form?.requestSubmit();
    form?.requestSubmit();
  });
  await page.until(() => /^\/patients\/(?!new)/.test(window.location.pathname));
  expect(await device.client.patients.list({ matching: "alder" })).toHaveLength(
    1,
  );
});
