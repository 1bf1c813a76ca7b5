// @vitest-environment happy-dom
import {
  foundClinic,
  join,
  newPatient,
  openDevice,
} from "@suture/client/clinic-test-support";
import { recordIdFromBytes, statusLabels, type Role } from "@suture/schema";
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";

import { en } from "../text/en.ts";
import { TextContext } from "../text/use-text.ts";
import { renderApp } from "./app.test-support.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";

async function clinic() {
  const device = await openDevice({ name: "ada" });
  return { ...device, ...(await foundClinic(device)) };
}

test("[AP-1] the shell says who and where, how sync stands, and names the areas of the person's roles", async () => {
  const page = await renderApp(await clinic(), "/unsent");
  await page.shows("North clinic");
  expect(page.text).toContain("A founder");
  expect(page.text).toContain("Test house");
  expect(page.text).toContain("3 changes on this device");
  expect(page.link("Skip to the page").getAttribute("href")).toBe("#main");
  expect(page.root.querySelectorAll("main")).toHaveLength(1);
  const nav = page.root.querySelector("nav");
  expect(nav?.textContent).toBe("TodayPatientsJobsEquipmentReviewAdminAudit");
});

test("[AP-1] areas that a role may not read are not offered; going to a page moves focus to it", async () => {
  const device = await openDevice({ name: "tom" });
  const house = recordIdFromBytes(new Uint8Array(16).fill(1));
  const group = recordIdFromBytes(new Uint8Array(16).fill(2));
  await join(device, house, group, ["technician"]);
  const page = await renderApp(device, "/unsent");
  const nav = page.root.querySelector("nav");
  expect(nav?.textContent).toBe("JobsEquipment");
  await page.follow("Equipment");
  await page.until(() => window.location.pathname === "/equipment");
  expect(document.activeElement?.id).toBe("main");
});

test("[AP-2] a page that fails leaves the rest, and is shown again on request", async () => {
  let isBroken = true;
  function Page() {
    if (isBroken) throw new Error("a mistake");
    return <p>the page</p>;
  }
  const host = document.createElement("div");
  const root = createRoot(host, { onCaughtError: () => undefined });
  const fallback = (retry: () => void) => (
    <button onClick={retry}>again</button>
  );
  await act(async () =>
    root.render(
      <div>
        the shell
        <ErrorBoundary resetKey="/" renderFallback={fallback}>
          <Page />
        </ErrorBoundary>
      </div>,
    ),
  );
  expect(host.textContent).toBe("the shellagain");
  isBroken = false;
  await act(async () => host.querySelector("button")?.click());
  expect(host.textContent).toBe("the shellthe page");
  await act(async () => root.unmount());
});

const homes: readonly (readonly [Role, string])[] = [
  ["receptionist", "/appointments"],
  ["clinician", "/appointments"],
  ["technician", "/jobs"],
  ["manager", "/reviews"],
  ["admin", "/admin"],
  ["auditor", "/audit"],
];
test.each(homes)("[AP-3] the start leads %s to %s", async (role, path) => {
  const device = await openDevice({ name: "tom" });
  const house = recordIdFromBytes(new Uint8Array(16).fill(1));
  const group = recordIdFromBytes(new Uint8Array(16).fill(2));
  await join(device, house, group, [role]);
  const page = await renderApp(device, "/");
  await page.until(() => window.location.pathname === path);
  await page.until(() => page.root.querySelector("h1") !== null);
});

test("[AP-4] with another language no English word is left", async () => {
  const device = await clinic();
  const foreign = translated(en) as typeof en;
  for (const path of ["/appointments", "/patients", "/unsent"]) {
    const page = await renderApp(device, path, {}, (app) => (
      <TextContext value={foreign}>{app}</TextContext>
    ));
    await page.until(() => page.root.querySelector("h1") !== null);
    const words = [...page.root.querySelectorAll("main *")]
      .flatMap((element) => [...element.childNodes])
      .filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.textContent ?? "")
      .filter((text) => /[a-z]{2}/i.test(text))
      .filter((text) => !Object.values<string>(statusLabels).includes(text));
    expect(words, path).toEqual([]);
    await page.unmount();
  }
});

/** The same texts in a language without letters. */
function translated(text: unknown): unknown {
  if (typeof text === "string") return "※";
  if (typeof text === "function") return () => "※";
  return Object.fromEntries(
    Object.entries(text as object).map(([key, one]) => [key, translated(one)]),
  );
}

test("[AP-8] a record shows its own label, with an icon", async () => {
  const device = await clinic();
  await newPatient(device, device.organizationId);
  const page = await renderApp(device, "/patients");
  await page.shows(statusLabels.queued);
  const label = page.root.querySelector(".status-queued");
  expect(label?.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
});
