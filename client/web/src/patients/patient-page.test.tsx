// @vitest-environment happy-dom
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { act } from "react";
import { expect, test } from "vitest";

import { renderApp, type Page } from "../app/app.test-support.tsx";
import {
  prescribe,
  recordAllergy,
  twoClinicians,
} from "./two-clinicians.test-support.ts";

function banner(page: Page): string {
  return page.root.querySelector(".patient-banner")?.textContent ?? "";
}

test("[AP-24] identity and allergies stand first; that nobody asked is not none", async () => {
  const { ada, atAda } = await twoClinicians();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await page.shows("Alma Alder");
  const main = page.root.querySelector("main");
  expect(main?.firstElementChild?.className).toBe("patient-banner");
  expect(banner(page)).toContain("born 14 Mar 1951 · 74 years");
  expect(banner(page)).toContain("nobody has recorded any");
  expect(banner(page)).not.toMatch(/no known/i);
  await act(() => recordAllergy(atAda, "Penicillin"));
  await page.until(() => banner(page).includes("Penicillin"));
  expect(banner(page)).not.toContain("nobody has recorded");
});

test("[AP-24] the banner stays in view, and is on paper", async () => {
  const css = (name: string) =>
    readFile(join(import.meta.dirname, "../styles", name), "utf8");
  expect(await css("clinic.css")).toMatch(
    /\.patient-banner \{[^}]*position: sticky;\s*top: 0;/,
  );
  const print = await css("print.css");
  const hidden = /([^}]*)\{\s*display: none !important;/.exec(print)?.[1] ?? "";
  expect(hidden).toContain(".no-print");
  for (const shown of ["banner", "contested", "candidate", "tag", "allerg"])
    expect(hidden).not.toContain(shown);
});

test("[AP-25] in conflict all versions' allergies stand in the banner, each contested one marked", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  await recordAllergy(atAda, "Latex");
  await sync();
  await recordAllergy(atAda, "Penicillin");
  await recordAllergy(atBen, "Ibuprofen");
  await sync();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await page.shows("Allergies in conflict: all versions count");
  const lines = [...page.root.querySelectorAll(".patient-risk li")].map(
    (line) => line.textContent ?? "",
  );
  const mark = "Counts until the conflict is settled";
  expect(lines.toSorted()).toEqual([
    `Ibuprofen${mark}`,
    "Latex",
    `Penicillin${mark}`,
  ]);
});

test("[AP-25] contested medications are marked as not to be acted on", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  await prescribe(atAda, "Naproxen 250 mg");
  await prescribe(atBen, "Warfarin 3 mg");
  await sync();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await page.shows("In conflict: 2 versions");
  const marked = [...page.root.querySelectorAll(".entry-contested")].map(
    (line) => line.textContent ?? "",
  );
  expect(marked).toHaveLength(2);
  for (const line of marked) expect(line).toContain("Do not act on this");
});

test("[AP-26] the timeline tells who, when by both clocks, before and after, and what was written side by side", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  await prescribe(atAda, "Naproxen 250 mg");
  await prescribe(atBen, "Warfarin 3 mg");
  await sync();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await page.press("Show everything that was changed");
  await page.shows("Naproxen 250 mg added");
  const entries = [...page.root.querySelectorAll(".change")].map(
    (entry) => entry.textContent ?? "",
  );
  const naproxen = entries.find((entry) => entry.includes("Naproxen")) ?? "";
  expect(naproxen).toContain("A founder");
  expect(naproxen).toContain("(device clock) · server 2 Mar 2026");
  expect(naproxen).toContain("neither having seen the other");
  const named = entries.find((entry) => entry.includes("Alma Alder")) ?? "";
  expect(named).not.toContain("neither having seen");
});

test("[AP-27] notes stand beside each other with author and time", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  for (const [record, text, time] of [
    [atAda, "Called, no answer", "2026-03-02T09:00:00Z"],
    [atBen, "Came by herself", "2026-03-02T10:00:00Z"],
  ] as const) {
    const edit = await record.edit();
    edit.draft.notes.set({ status: "active", text, time });
    await edit.save();
  }
  await sync();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await page.until(() => page.root.querySelectorAll(".notes li").length === 2);
  const notes = [...page.root.querySelectorAll(".notes li")].map(
    (note) => note.textContent ?? "",
  );
  expect(notes[0]).toMatch(/^Came by herself.*2 Mar 2026/);
  expect(notes[1]).toMatch(/^Called, no answerA founder · 2 Mar 2026/);
  await page.press("Mark as entered in error: Called, no answer");
  await page.shows("Called, no answerEntered in error · A founder");
  expect(page.text).toContain("Came by herself");
});

test("[AP-28] in conflict every version is shown with its signer and a way to its review, on all pages", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  for (const [record, family] of [
    [atAda, "Elder"],
    [atBen, "Ulder"],
  ] as const) {
    const edit = await record.edit();
    edit.draft.identity.name = [{ given: ["Alma"], family }];
    await edit.save();
  }
  await prescribe(atAda, "Naproxen 250 mg");
  await prescribe(atBen, "Warfarin 3 mg");
  await sync();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await page.shows("In conflict: 2 versions, none of them settled.");
  for (const name of ["Alma Elder", "Alma Ulder"])
    expect(banner(page)).toContain(name);
  expect(banner(page)).toContain("Identity not verified: versions differ");
  const candidates = [...page.root.querySelectorAll(".candidate")].map(
    (candidate) => candidate.textContent ?? "",
  );
  expect(candidates).toHaveLength(2);
  expect(candidates.some((text) => text.startsWith("A founder"))).toBe(true);
  const review = page.root.querySelector(".contested-mark a");
  expect(review?.getAttribute("href")).toMatch(/^\/reviews\/[0-9a-f]{32}$/);
  await page.unmount();

  const list = await renderApp(ada, "/patients");
  await list.shows("Identity not verified");
  for (const name of ["Alma Elder", "Alma Ulder"])
    expect(list.text).toContain(name);
});
