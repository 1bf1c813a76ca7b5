// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp } from "../app/app.test-support.tsx";
import { SmallStore } from "../app/small-store.test-support.ts";
import "./job-page.tsx";
import {
  coils,
  jobOn,
  noParts,
  signWork,
  submit,
  workshop,
} from "./workshop.test-support.ts";

async function openJob(given: Awaited<ReturnType<typeof workshop>>) {
  const { tapiwa, tapiwaId, addJob } = given;
  const job = await addJob({ assigneeId: tapiwaId, workStatus: "in-progress" });
  const page = await renderApp(tapiwa, `/jobs/${job.id}`);
  await page.shows("Parts replaced");
  const parts = () => {
    const reading = job.group("service");
    if (reading.status === "conflict") throw new Error("in conflict");
    return Object.values(reading.content.partsReplaced);
  };
  return { job, page, parts };
}

test("[AP-44] parts are named one by one, with how many and their numbers, and are signed for", async () => {
  const { page, parts } = await openJob(await workshop());
  expect(page.text).toContain("Nobody has said yet which parts");
  await page.press("Add a part");
  expect(page.button("Sign this part").hasAttribute("disabled")).toBe(true);
  await page.type("Part", "Coil assembly");
  await page.press("One more");
  await page.press("One more");
  await page.type("Serial number of the new part (if any)", "CX-77");
  await submit(page);
  await page.shows("Coil assembly × 3");
  expect(parts()).toEqual([{ ...coils, serialNumbers: ["CX-77"] }]);
  expect(page.text).toContain("A founder · 2 Mar 2026");
});

test("[AP-44] “no part was replaced” is an answer of its own: parts take it back, and it takes back parts, in one statement each", async () => {
  const { job, page, parts } = await openJob(await workshop());
  await page.press("No part was replaced");
  await page.until(() => parts().length === 1);
  expect(parts()).toEqual([noParts]);

  await page.press("Add a part");
  await page.shows("Adding one takes that back");
  await page.type("Part", "Fan");
  await submit(page);
  await page.shows("Fan × 1");
  expect(parts()).toMatchObject([{ kind: "part", quantity: 1 }]);

  await page.press("No part was replaced");
  await page.shows("This takes it back as entered in error");
  const dialog = page.root.querySelector("[role=alertdialog]");
  expect(parts()).toMatchObject([{ kind: "part" }]);
  await act(async () => dialog?.querySelector("button")?.click());
  await page.until(() => parts()[0]?.kind === "none");
  expect(Object.values(job.snapshot().archive("service"))).toMatchObject([
    { status: "entered-in-error" },
    { status: "entered-in-error" },
  ]);
});

test("[AP-44] a part entered in error is taken back and stays in the history", async () => {
  const { job, page, parts } = await openJob(await workshop());
  await signWork(job, ({ partsReplaced }) => partsReplaced.add(coils));
  await page.press("Take back as entered in error: Coil assembly × 3");
  expect(parts()).toEqual([coils]);
  await page.press("It was an error");
  await page.until(() => parts().length === 0);
  expect(Object.values(job.snapshot().archive("service"))).toEqual([
    { ...coils, status: "entered-in-error" },
  ]);
});

test("[AP-47] what a colleague signed after a form was begun is shown, and looked at, before the form can be signed", async () => {
  const house = await workshop();
  const { job, page, parts } = await openJob(house);
  await house.meet();
  await page.press("Add a part");
  await page.type("Part", "Fan");
  await signWork(await jobOn(house.simba, job), ({ partsReplaced }) =>
    partsReplaced.add(coils),
  );
  await house.meet();
  await page.shows("A colleague changed this after you began:");
  await submit(page);
  expect(parts()).toEqual([coils]);
  await page.press("I have seen it");
  await submit(page);
  await page.shows("Fan × 1");
  expect(parts()).toHaveLength(2);
  await house.meet();
  expect(job.group("service").status).toBe("settled");
});

test("[AP-47] what somebody signs themselves in another form of the page is no news to the one they began", async () => {
  const { page, parts } = await openJob(await workshop());
  await page.press("Record a safety test");
  await page.type("Procedure followed", "IEC 62353");
  await page.press("No part was replaced");
  await page.until(() => parts().length === 1);
  await page.choose("Result", "Passed");
  expect(page.text).not.toContain("A colleague changed this");
  await submit(page);
  await page.shows("passed · IEC 62353");
});

test("[AP-46, AP-47] a half-filled form is there again after a reload, and remembers what it was begun on", async () => {
  const house = await workshop();
  const { job, page, parts } = await openJob(house);
  await house.meet();
  await page.press("Add a part");
  await page.type("Part", "Fan");
  await page.press("One more");
  await house.tapiwa.client.settle();
  await page.unmount();
  await signWork(await jobOn(house.simba, job), ({ partsReplaced }) =>
    partsReplaced.add(coils),
  );
  await house.meet();

  const again = await renderApp(house.tapiwa, `/jobs/${job.id}`);
  await again.shows("You had begun this.");
  expect(again.valueOf("Part")).toBe("Fan");
  expect(again.valueOf("How many")).toBe("2");
  await again.shows("A colleague changed this after you began:");
  await again.press("I have seen it");
  await submit(again);
  await again.shows("Fan × 2");
  expect(parts()).toHaveLength(2);
  await again.unmount();

  const empty = await renderApp(house.tapiwa, `/jobs/${job.id}`);
  await empty.shows("Fan × 2");
  expect(empty.text).not.toContain("You had begun this.");
});

test("[AP-7, AP-46] where the device cannot store what is signed, it says so and the form still holds it", async () => {
  const store = new SmallStore();
  const { job, page, parts } = await openJob(
    await workshop(["technician"], store),
  );
  await page.press("Add a part");
  await page.type("Part", "Fan");
  store.isFull = true;
  await submit(page);
  await page.shows("Not saved — this device cannot store it.");
  expect(page.valueOf("Part")).toBe("Fan");
  expect(parts()).toEqual([]);
  expect(job.status.state).toBe("unsaved");
  store.isFull = false;
  await submit(page);
  await page.shows("Fan × 1");
  expect(job.status.state).toBe("queued");
});
