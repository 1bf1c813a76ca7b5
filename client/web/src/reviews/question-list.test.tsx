// @vitest-environment happy-dom
import { warfarin } from "@suture/client/clinic-test-support";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp } from "../app/app.test-support.tsx";
import { withSession } from "../http/recorded-server.test-support.ts";
import {
  contestMedications,
  contestParts,
  openTask,
  openWorld,
} from "./conflict-world.test-support.ts";
// Loaded beforehand: the app loads a page when it is first wanted.
import "./review-page.tsx";
import "./reviews-page.tsx";

test("[AP-185] a question that is answered on this device says so only until the server has the answer", async () => {
  const world = await openWorld();
  const { manager, server } = world;
  await withSession(manager);
  const jobId = await contestParts(world);
  await openTask(world, jobId, "serviceJob", "service");
  const job = await manager.client.serviceJobs.get(jobId);
  if (!job.ok) throw new Error(job.error.code);
  const review = job.value.review("service");
  const opId = review?.reading.candidates[0]?.opId;
  if (opId === undefined) throw new Error("there is no conflict");
  const resolved = await review?.resolve({
    choose: opId,
    reason: "The old ones are in the bin",
  });
  expect(resolved?.ok).toBe(true);
  const page = await renderApp(manager, "/reviews");
  await page.shows("Answered on this device");
  expect(page.text).not.toContain("Open since");
  await act(async () => {
    await server.takeFrom(manager);
    await manager.client.settle();
  });
  await page.shows("Open since");
  expect(page.text).not.toContain("Answered on this device");
  expect(page.text).not.toContain("does not have all of it");
});

test("[AP-185] a question whose other statement has not arrived is not called answered, whatever this device signed", async () => {
  const world = await openWorld();
  const { manager, colleague, server } = world;
  await withSession(manager);
  const patientId = await contestMedications(world, async () => {
    await server.takeFrom(manager);
    await server.takeFrom(colleague);
    await server.deliverTo(colleague);
  });
  const task = await openTask(
    { ...world, read: colleague },
    patientId,
    "patient",
    "prescribing",
  );
  const patient = await manager.client.patients.get(patientId);
  if (!patient.ok) throw new Error(patient.error.code);
  expect(patient.value.group("prescribing").status).toBe("settled");
  const edit = await patient.value.edit();
  edit.draft.prescribing.medications.add(warfarin);
  expect((await edit.save()).ok).toBe(true);
  const page = await renderApp(manager, "/reviews");
  await page.shows("this device does not have all of it yet");
  expect(page.text).toContain("Open since");
  expect(page.text).not.toContain("Answered on this device");
  await page.unmount();
  const question = await renderApp(manager, `/reviews/${task.reviewId}`);
  await question.shows("does not have all of its answers yet");
  expect(question.text).not.toContain("There is no open question");
});
