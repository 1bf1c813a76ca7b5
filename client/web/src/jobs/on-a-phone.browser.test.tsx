/** The technician's pages in a real browser, as wide as a small phone. */
import { beforeAll, beforeEach, expect, test } from "vitest";
import { page as screen } from "vitest/browser";

import { renderApp, type Page } from "../app/app.test-support.tsx";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/shell.css";
import "../styles/ui.css";
import "../styles/jobs.css";
import {
  coils,
  jobOn,
  noParts,
  signWork,
  workshop,
} from "./workshop.test-support.ts";

const heightPx = 640;
const leastTargetPx = 48;

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

beforeEach(() => screen.viewport(360, heightPx));

async function house() {
  const given = await workshop();
  const fields = {
    assigneeId: given.tapiwaId,
    workStatus: "in-progress",
    priority: "urgent",
    code: [{ status: "active", text: "No image after start-up" }],
    description: "Stops with error 0x41 after about a minute.",
  } as const;
  const job = await given.addJob({
    ...fields,
    notes: [{ status: "active", text: "The fan rattles." }],
  });
  await signWork(job, ({ partsReplaced }) => partsReplaced.add(coils));
  const contested = await given.addJob(fields);
  await given.meet();
  await signWork(contested, ({ partsReplaced }) => partsReplaced.add(noParts));
  await signWork(await jobOn(given.simba, contested), ({ partsReplaced }) =>
    partsReplaced.add(coils),
  );
  await given.meet();
  return { ...given, job, contested };
}

/** What a person would press in the page that is smaller than a thumb needs; links in a sentence are read, not aimed at. */
function smallTargets(): readonly string[] {
  const pressed = document.querySelectorAll<HTMLElement>(
    "main :is(a, button, input, select, textarea), [role*=dialog] :is(a, button, input, textarea)",
  );
  return [...pressed]
    .filter((one) => one.closest("p, .visually-hidden, [hidden]") === null)
    .filter((one) => one.getClientRects().length > 0)
    .filter((one) => {
      // A tick's words are pressed with it.
      const target = one.closest("label") ?? one;
      const { width, height } = target.getBoundingClientRect();
      return Math.min(width, height) < leastTargetPx;
    })
    .map((one) => one.outerHTML);
}

test("[AP-53] every page of the technician fits a phone 360 px wide, and has targets of 48 px", async () => {
  const { tapiwa, job, contested, scanner } = await house();
  const pages: readonly (readonly [
    string,
    string,
    (page: Page) => Promise<void>,
  ])[] = [
    ["/jobs", "In my hands (2)", () => Promise.resolve()],
    [
      `/jobs/${job.id}`,
      "Coil assembly × 3",
      async (page) => {
        await page.press("Add a part");
        await page.press("Record a safety test");
        await page.press("Add a measurement");
        await page.press("Add a reading");
        await page.press("Add a note");
      },
    ],
    [`/jobs/${job.id}`, "Coil assembly × 3", (page) => page.press("Complete")],
    [
      `/jobs/${contested.id}`,
      "In conflict: 2 versions",
      () => Promise.resolve(),
    ],
    ["/equipment", "MRI scanner 2", () => Promise.resolve()],
    [
      `/equipment/${scanner.id}`,
      "May it be used?",
      async (page) => {
        await page.press("Change whether it may be used");
        await page.press("Report a fault");
      },
    ],
  ];
  for (const [path, words, prepare] of pages) {
    const page = await renderApp(tapiwa, path);
    await page.shows(words);
    await prepare(page);
    expect(smallTargets(), path).toEqual([]);
    expect(document.documentElement.scrollWidth, path).toBe(360);
    await page.unmount();
  }
});

test("[AP-53] what a job needs next lies within reach of a thumb from its first line to its last", async () => {
  const { tapiwa, job } = await house();
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.shows("The fan rattles.");
  const { scrollHeight } = document.documentElement;
  expect(scrollHeight).toBeGreaterThan(heightPx);
  for (const top of [0, scrollHeight / 2, scrollHeight]) {
    window.scrollTo(0, top);
    const { top: upper, bottom } = page
      .button("Complete")
      .getBoundingClientRect();
    expect(upper).toBeGreaterThan(heightPx / 2);
    expect(bottom).toBeLessThanOrEqual(heightPx);
    // Nothing lies over it.
    const middle = document.elementFromPoint(300, (upper + bottom) / 2);
    expect(middle?.closest("button")).toBe(page.button("Complete"));
  }
});
