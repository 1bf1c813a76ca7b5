/** What a printer is given: the same pages, in a real browser, as they are for paper. */
import { act } from "react";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { cdp, page as screen } from "vitest/browser";

import {
  prescribe,
  recordAllergy,
  twoClinicians,
} from "../patients/two-clinicians.test-support.ts";
import {
  coils,
  jobOn,
  noParts,
  signWork,
  workshop,
} from "../jobs/workshop.test-support.ts";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/shell.css";
import "../styles/ui.css";
import "../styles/clinic.css";
import "../styles/jobs.css";
import "../styles/print.css";
import { renderApp, type Page } from "./app.test-support.tsx";

declare module "vitest/browser" {
  interface CDPSession {
    send(
      method: "Emulation.setEmulatedMedia",
      given: { readonly media: "" | "print" },
    ): Promise<unknown>;
  }
}

beforeAll(() => {
  // What gives others their turn in Node.
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  Object.assign(globalThis, {
    setImmediate: (task: () => void) => {
      waiting.push(task);
      port2.postMessage(null);
    },
  });
});

beforeEach(() => screen.viewport(800, 900));
afterEach(() => onMedia(""));

async function onMedia(media: "" | "print"): Promise<void> {
  await cdp().send("Emulation.setEmulatedMedia", { media });
}

/** What of the page is on paper. */
async function printed({ root }: Page): Promise<string> {
  await onMedia("print");
  expect(window.matchMedia("print").matches).toBe(true);
  return root.innerText.replaceAll(/\s+/g, " ");
}

function isOnPaper(selector: string): boolean {
  return [...document.querySelectorAll<HTMLElement>(selector)].some((one) =>
    one.checkVisibility(),
  );
}

function expectOnlyWhatIsRead(): void {
  for (const selector of [
    ".shell-nav",
    ".sync-bar",
    ".skip-link",
    ".account-button",
    ".shell-main form",
    ".button",
    ".field",
  ])
    expect([selector, isOnPaper(selector)]).toEqual([selector, false]);
}

test("[AP-28, AP-123] a contested chart is printed with every version, its marks, the record's label and as of when", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  await recordAllergy(atAda, "Latex");
  await sync();
  await prescribe(atAda, "Naproxen 250 mg");
  await prescribe(atBen, "Warfarin 3 mg");
  await sync();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await page.shows("In conflict: 2 versions");
  const paper = await printed(page);
  for (const words of [
    "Alma Alder",
    "Latex",
    "In conflict: 2 versions, none of them settled.",
    "Naproxen 250 mg",
    "Warfarin 3 mg",
    "Conflict — tap to review.",
    "Printed 2 Mar 2026",
    "The server had not confirmed it yet.",
    "Not on this paper: it was not open.",
  ])
    expect(paper).toContain(words);
  expect(document.querySelectorAll(".candidate")).toHaveLength(2);
  for (const candidate of document.querySelectorAll<HTMLElement>(".candidate"))
    expect(candidate.checkVisibility()).toBe(true);
  expectOnlyWhatIsRead();
});

test("[AP-28, AP-123] a contested job is printed with both accounts, also while somebody goes on with one of them", async () => {
  const { tapiwa, simba, tapiwaId, addJob, meet } = await workshop();
  const job = await addJob({
    assigneeId: tapiwaId,
    workStatus: "in-progress",
    code: [{ status: "active", text: "No image after start-up" }],
  });
  await meet();
  await signWork(job, ({ partsReplaced }) => partsReplaced.add(noParts));
  await signWork(await jobOn(simba, job), ({ partsReplaced }) =>
    partsReplaced.add(coils),
  );
  await meet();
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.shows("In conflict: 2 versions");
  await act(async () => {
    document.querySelector<HTMLElement>(".versions button")?.click();
  });
  const paper = await printed(page);
  expect(paper).toContain("No image after start-up");
  expect(paper).toContain("Coil assembly");
  expect(paper).toContain("In conflict: not completed");
  expect(paper).toContain("Conflict — tap to review.");
  const candidates = [
    ...document.querySelectorAll<HTMLElement>(".candidate"),
  ].map((candidate) => candidate.checkVisibility());
  expect(candidates).toEqual([true, true]);
  // The account that is gone on with would stand there a second time, alone.
  expect(isOnPaper(".version-open")).toBe(false);
  expectOnlyWhatIsRead();
});

test("[AP-123] of a long list the rows that were there are printed, one below the other, and which these are", async () => {
  const { ada } = await twoClinicians();
  const parentId = ada.client.memberships[0]?.organizationId;
  if (parentId === undefined) throw new Error("nobody is a member");
  for (let count = 0; count < 80; count += 1) {
    const created = await ada.client.patients.create({
      parentId,
      groups: { identity: { name: [{ family: `Moyo ${100 + count}` }] } },
    });
    expect(created.ok).toBe(true);
  }
  const page = await renderApp(ada, "/patients");
  await page.shows("Moyo 100");
  const paper = await printed(page);
  expect(paper).toMatch(/On this paper: rows 1 to \d+ of/);
  const rows = [
    ...document.querySelectorAll<HTMLElement>(".virtual-list > li"),
  ].map((row) => row.getBoundingClientRect());
  expect(rows.length).toBeLessThan(80);
  for (const [at, { top }] of rows.entries())
    expect(top).toBeGreaterThanOrEqual(rows[at - 1]?.bottom ?? -Infinity);
  const list = document.querySelector(".virtual-list");
  const last = rows.at(-1)?.bottom ?? 0;
  expect(list?.getBoundingClientRect().bottom).toBeLessThan(last + 50);
});
