// @vitest-environment happy-dom
import { workDigest } from "@suture/schema";
import { expect, test } from "vitest";

import { renderApp } from "../app/app.test-support.tsx";
// Loaded by name when it is wanted; here it has to be there when the test begins.
import "./job-page.tsx";
import {
  coils,
  jobOn,
  noParts,
  signWork,
  submit,
  workshop,
} from "./workshop.test-support.ts";

const safetyTest = {
  result: "passed",
  protocol: "IEC 62353",
  measurements: [{ name: "Leakage current", value: "87 µA" }],
  at: "2026-03-02T08:00:00.000Z",
} as const;

test("[AP-42] a colleague's job is picked up, started, put on hold with the reason in its notes, and gone on with", async () => {
  const { simba, simbaId, tapiwaId, addJob, meet } = await workshop();
  const job = await addJob({ assigneeId: tapiwaId, workStatus: "requested" });
  await meet();
  const own = await jobOn(simba, job);
  const page = await renderApp(simba, `/jobs/${job.id}`);
  await page.shows("MRI scanner 2");
  expect(page.root.textContent).not.toContain("Start");
  await page.press("Take over from A founder");
  await page.shows("In your hands");
  expect(own.fields).toMatchObject({
    assigneeId: simbaId,
    workStatus: "accepted",
  });
  await page.press("Start");
  await page.shows("In progress");
  await page.press("Put on hold");
  await page.type("Why", "waiting for a coil");
  await submit(page);
  await page.shows("On hold: waiting for a coil");
  expect(own.fields.workStatus).toBe("on-hold");
  await page.press("Go on");
  await page.until(() => own.fields.workStatus === "in-progress");
});

test("[AP-42] two who pick a job up at once are both named until one picks it up again", async () => {
  const { tapiwa, simba, addJob, meet } = await workshop();
  const job = await addJob({ workStatus: "requested" });
  await meet();
  for (const device of [tapiwa, simba]) {
    const page = await renderApp(device, `/jobs/${job.id}`);
    await page.press("Pick up");
    await page.shows("In your hands");
    await page.unmount();
  }
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  expect(page.text).not.toContain("Picked up by several people at once");
  await meet();
  await page.shows("Picked up by several people at once");
});

test("[AP-43] a job is completed only with an answer about its parts, by a signature for what is on the screen", async () => {
  const { tapiwa, tapiwaId, addJob } = await workshop();
  const job = await addJob({ assigneeId: tapiwaId, workStatus: "in-progress" });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.shows("say which parts were replaced, or that none were");
  expect(page.button("Complete").hasAttribute("disabled")).toBe(true);
  await page.press("No part was replaced");
  await page.until(() => !page.button("Complete").hasAttribute("disabled"));
  await page.press("Complete");
  await page.shows("There is no safety test.");
  await page.press("Sign and complete");
  await page.shows("Reopen it to change what was signed");
  const reading = job.group("service");
  if (reading.status === "conflict") throw new Error("in conflict");
  const { completion, partsReplaced } = reading.content;
  expect(completion?.closes).toBe(
    workDigest({ partsReplaced, safetyTest: null }),
  );
  expect(job.fields.workStatus).toBe("completed");
  expect(page.text).not.toContain("Add a part");

  await page.press("Reopen");
  await page.type("Why", "wrong machine");
  await submit(page);
  await page.shows("Add a part");
  expect(job.group("service")).toMatchObject({ content: { completion: null } });
});

test("[AP-43] while what was done is contested both accounts are shown and marked, and nothing completes the job", async () => {
  const { tapiwa, simba, tapiwaId, addJob, meet } = await workshop();
  const job = await addJob({ assigneeId: tapiwaId, workStatus: "in-progress" });
  await meet();
  await signWork(job, (service) => {
    service.partsReplaced.add(noParts);
    service.safetyTest = { ...safetyTest, measurements: [] };
  });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.press("Complete");
  await page.shows("You sign for exactly this:");
  await signWork(await jobOn(simba, job), ({ partsReplaced }) =>
    partsReplaced.add(coils),
  );
  await meet();
  await page.shows("In conflict: 2 versions");
  expect(page.text).toContain("Coil assembly × 3");
  expect(page.text).toContain("A manager settles it");
  expect(page.root.querySelector(".status-link")?.getAttribute("href")).toMatch(
    /^\/reviews\/./,
  );
  // The question that was open is gone, too.
  expect(page.text).not.toContain("You sign for exactly this:");
  expect(page.button("Complete").hasAttribute("disabled")).toBe(true);
  expect(page.text).not.toContain("Add a part");
  const candidates = [...page.root.querySelectorAll(".candidate")].map(
    (one) => one.textContent ?? "",
  );
  expect(candidates).toHaveLength(2);
  expect(candidates.filter((words) => words.includes("None"))).toHaveLength(1);
  expect(candidates.filter((words) => words.includes("Coil"))).toHaveLength(1);
});

test("[AP-54] a conflict stops nobody: one version is gone on with, the other stands, and the conflict stays open", async () => {
  const { tapiwa, simba, tapiwaId, addJob, meet } = await workshop();
  const job = await addJob({ assigneeId: tapiwaId, workStatus: "in-progress" });
  await meet();
  await signWork(job, ({ partsReplaced }) => partsReplaced.add(noParts));
  await signWork(await jobOn(simba, job), ({ partsReplaced }) =>
    partsReplaced.add(coils),
  );
  await meet();
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.press("Go on with the version of A colleague not on this device");
  await page.press("Add a part");
  await page.type("Part", "Fan");
  await submit(page);
  await page.shows("Fan × 1");
  const reading = job.group("service");
  if (reading.status !== "conflict") throw new Error("it is settled");
  const told = reading.candidates.map(({ content }) =>
    Object.values(content.partsReplaced)
      .map((entry) => (entry.kind === "part" ? entry.code.text : entry.kind))
      .toSorted((left, right) => (left ?? "").localeCompare(right ?? ""))
      .join(),
  );
  expect(new Set(told)).toEqual(new Set(["none", "Coil assembly,Fan"]));
  expect(page.button("Complete").hasAttribute("disabled")).toBe(true);
});

test("[AP-43, AP-47] what changes while somebody is asked to sign for it is looked at before they can", async () => {
  const { tapiwa, simba, tapiwaId, addJob, meet } = await workshop();
  const job = await addJob({ assigneeId: tapiwaId, workStatus: "in-progress" });
  await signWork(job, ({ partsReplaced }) => partsReplaced.add(coils));
  await meet();
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.press("Complete");
  await page.shows("You sign for exactly this:");
  await signWork(await jobOn(simba, job), ({ partsReplaced }) =>
    partsReplaced.add({ ...coils, code: { text: "Fan" } }),
  );
  await meet();
  await page.shows("A colleague changed this after you began:");
  await submit(page);
  expect(job.group("service")).toMatchObject({ content: { completion: null } });
  await page.press("I have seen it");
  await page.press("Sign and complete");
  await page.shows("Reopen it to change what was signed");
});

test("[AP-41] who may not write jobs sees one, and is offered nothing that would be refused", async () => {
  const { simba, addJob, meet } = await workshop(["auditor"]);
  const job = await addJob(
    { workStatus: "requested" },
    { service: { safetyTest: { ...safetyTest, measurements: [] } } },
  );
  await meet();
  const page = await renderApp(simba, `/jobs/${job.id}`);
  await page.shows("IEC 62353");
  const buttons = [...page.root.querySelectorAll("main button")].map((one) =>
    one.textContent?.trim(),
  );
  expect(buttons).toEqual([]);
});

test("[AP-41] a job that is not on this device is said to be so, and shown when it arrives", async () => {
  const { simba, addJob, meet } = await workshop();
  const job = await addJob({ workStatus: "requested" });
  const page = await renderApp(simba, `/jobs/${job.id}`);
  await page.shows("This record is not on this device");
  await meet();
  await page.shows("MRI scanner 2");
});
