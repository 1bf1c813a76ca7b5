// @vitest-environment happy-dom
import { expect, test } from "vitest";

import { renderApp } from "../app/app.test-support.tsx";
// Loaded by name when it is wanted; here it has to be there when the test begins.
import "./jobs-page.tsx";
import {
  jobOn,
  noParts,
  signWork,
  coils,
  workshop,
} from "./workshop.test-support.ts";

const named = (text: string) => [{ status: "active", text }] as const;

test("[AP-40] my jobs come first, the most urgent on top, then what nobody has, then what colleagues have", async () => {
  const { tapiwa, tapiwaId, simbaId, addJob } = await workshop();
  const inHands = { assigneeId: tapiwaId, workStatus: "accepted" } as const;
  await addJob({ ...inHands, code: named("Yearly check") });
  await addJob({ ...inHands, code: named("No image"), priority: "stat" });
  await addJob({ code: named("Noise"), workStatus: "requested" });
  await addJob({
    code: named("Table is stuck"),
    workStatus: "on-hold",
    assigneeId: simbaId,
  });
  await addJob({
    code: named("Old one"),
    workStatus: "cancelled",
    assigneeId: tapiwaId,
  });
  const page = await renderApp(tapiwa, "/jobs");
  await page.shows("With colleagues (1)");
  const order = [
    "In my hands (2)",
    "No image",
    "Yearly check",
    "Nobody has these (1)",
    "Noise",
    "With colleagues (1)",
    "Table is stuck",
  ].map((words) => page.text.indexOf(words));
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((left, right) => left - right));
  expect(page.text).not.toContain("Old one");
  await page.press("Show what I have done");
  await page.shows("Old one");
});

test("[AP-120, AP-177] of what is done only so much is read, and every open job of mine is shown, also one that two picked up at once", async () => {
  const { tapiwa, simba, tapiwaId, simbaId, addJob, meet } = await workshop();
  const done = { assigneeId: tapiwaId, workStatus: "cancelled" } as const;
  await addJob({
    assigneeId: tapiwaId,
    workStatus: "accepted",
    code: named("Yearly check"),
    description: "Z",
  });
  const both = await addJob({
    workStatus: "requested",
    code: named("No image"),
    description: "Z",
  });
  await meet();
  for (const [device, assigneeId] of [
    [tapiwa, tapiwaId],
    [simba, simbaId],
  ] as const) {
    const edit = await (await jobOn(device, both)).edit();
    edit.draft.assigneeId = assigneeId;
    expect((await edit.save()).ok).toBe(true);
  }
  await meet();
  // All of them before mine in the order of a list, which is by what is written in the job.
  await Promise.all(
    Array.from({ length: 110 }, (_, count) =>
      addJob({ ...done, description: `A ${count}` }),
    ),
  );
  const page = await renderApp(tapiwa, "/jobs");
  await page.shows("In my hands (2)");
  expect(page.text).toContain("Yearly check");
  expect(page.text).toContain("No image");
  await page.press("Show what I have done");
  await page.shows("Done by me (100)");
  expect(page.text).toContain("100 are shown; there may be more.");
});

test("[AP-40] a job whose work is contested is not counted as done, whatever its state says", async () => {
  const { tapiwa, simba, tapiwaId, addJob, meet } = await workshop();
  const job = await addJob({
    code: named("No image"),
    workStatus: "completed",
    assigneeId: tapiwaId,
  });
  await meet();
  await signWork(job, ({ partsReplaced }) => partsReplaced.add(noParts));
  await signWork(await jobOn(simba, job), ({ partsReplaced }) =>
    partsReplaced.add(coils),
  );
  const page = await renderApp(tapiwa, "/jobs");
  await page.shows("Not signed as completed");
  await meet();
  await page.shows("In conflict: not completed");
  expect(page.text).toContain("Conflict — tap to review.");
});
