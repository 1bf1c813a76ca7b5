// @vitest-environment happy-dom
import { expect, test } from "vitest";

import { reviewIdOf } from "@suture/schema";

import { renderApp } from "../app/app.test-support.tsx";
import {
  contestMedications,
  contestParts,
  openWorld,
} from "./conflict-world.test-support.ts";
// Loaded beforehand: the app loads a page when it is first wanted.
import "./review-page.tsx";

async function partsQuestion() {
  const world = await openWorld();
  const recordId = await contestParts(world);
  const id = reviewIdOf({ kind: "conflict", recordId, group: "service" });
  const found = await world.manager.client.serviceJobs.get(recordId);
  if (!found.ok) throw new Error(found.error.code);
  return { world, job: found.value, path: `/reviews/${id}` };
}

test("[AP-62] a conflict is one question with an answer for each candidate: what it says, who said it, and when by both clocks", async () => {
  const { world, path } = await partsQuestion();
  const page = await renderApp(world.manager, path);
  await page.shows("Which parts were replaced on CT-04?");
  const answers = [...page.root.querySelectorAll(".answer")].map((answer) =>
    (answer.textContent ?? "").replaceAll(/\s+/g, " "),
  );
  expect(answers).toHaveLength(2);
  const none = answers.find((answer) => answer.includes("None"));
  const coil = answers.find((answer) => answer.includes("Coil assembly × 3"));
  expect(none).toContain("Written offline without having seen the other entry");
  expect(none).toContain("Anna Moyo");
  expect(none).toContain("Device's clock2 Mar 2026, 09:00");
  expect(none).toContain("Server's clock2 Mar 2026, 14:00");
  expect(coil).toContain("A founder");
  expect(coil).toContain("Written without having seen the other entry");
});
