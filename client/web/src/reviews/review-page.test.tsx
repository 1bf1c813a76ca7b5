// @vitest-environment happy-dom
import { reviewIdOf } from "@suture/schema";
import { amoxicillin, startMs } from "@suture/client/clinic-test-support";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp, type Page } from "../app/app.test-support.tsx";
import {
  RecordedServer,
  withSession,
} from "../http/recorded-server.test-support.ts";
import { commonText } from "../text/common.ts";
import {
  contestMedications,
  contestParts,
  hourMs,
  openWorld,
} from "./conflict-world.test-support.ts";
// Loaded beforehand: the app loads a page when it is first wanted.
import "./review-page.tsx";

async function partsQuestion(server = new RecordedServer()) {
  const world = await openWorld(server.fetch);
  const recordId = await contestParts(world);
  const id = reviewIdOf({ kind: "conflict", recordId, group: "service" });
  const found = await world.manager.client.serviceJobs.get(recordId);
  const theirs = await world.colleague.client.serviceJobs.get(recordId);
  if (!found.ok || !theirs.ok) throw new Error("the job is not there");
  const page = () =>
    renderApp(world.manager, `/reviews/${id}`, {
      server: { url: "https://suture.test", fetch: server.fetch },
    });
  return { world, job: found.value, theirs: theirs.value, page };
}

async function medicationQuestion() {
  const world = await openWorld();
  const recordId = await contestMedications(world);
  const id = reviewIdOf({ kind: "conflict", recordId, group: "prescribing" });
  const found = await world.manager.client.patients.get(recordId);
  if (!found.ok) throw new Error(found.error.code);
  const page = () => renderApp(world.manager, `/reviews/${id}`);
  return { world, patient: found.value, page };
}

function answersOn(page: Page): readonly string[] {
  return [...page.root.querySelectorAll(".answer")].map((answer) =>
    (answer.textContent ?? "").replaceAll(/\s+/g, " "),
  );
}

function numberOf(page: Page, words: string): number {
  return answersOn(page).findIndex((answer) => answer.includes(words)) + 1;
}

async function answer(page: Page, words: string, reason: string) {
  await page.press(`This is right: Answer ${numberOf(page, words)}`);
  await page.shows("Sign this answer?");
  await page.type("Why is this right?", reason);
  await page.press("Sign answer");
}

test("[AP-62] a conflict is one question with an answer for each candidate: what it says, who said it, and when by both clocks", async () => {
  const { page: open } = await partsQuestion();
  const page = await open();
  await page.shows("Which parts were replaced on CT-04?");
  await page.shows("Anna Moyo");
  const answers = answersOn(page);
  expect(answers).toHaveLength(2);
  const none = answers.find((one) => one.includes("None"));
  const coil = answers.find((one) => one.includes("Coil assembly × 3"));
  expect(none).toContain("Written offline without having seen the other entry");
  expect(none).toContain("Anna Moyo");
  expect(none).toContain(`Device's clock${commonText.dateTime(startMs)}`);
  expect(none).toContain(
    `Server's clock${commonText.dateTime(startMs + 5 * hourMs)}`,
  );
  expect(coil).toContain("A founder");
  expect(coil).toContain("Written without having seen the other entry");
});

test("[AP-63] a contested medication is marked in each answer: do not act on it", async () => {
  const { page: open } = await medicationQuestion();
  const page = await open();
  await page.shows("Which medication is right for Tariro Ncube?");
  for (const one of answersOn(page))
    expect(one).toContain("Do not act on this");
  expect(page.text).toContain("Every allergy named here counts.");
});

test("[AP-65] nothing is chosen for anybody: an answer is read once more and signed with a reason, or not at all", async () => {
  const { job, page: open } = await partsQuestion();
  const page = await open();
  await page.shows("Which parts were replaced");
  expect(page.root.querySelector("input:checked")).toBeNull();
  await page.press(`This is right: Answer ${numberOf(page, "Coil")}`);
  await page.shows("Sign this answer?");
  expect(page.text).toContain("Not takenNone");
  await page.press("Sign answer");
  await page.shows("Say why");
  expect(job.group("service").status).toBe("conflict");
  await page.type("Why is this right?", "I fitted them");
  await page.press("Sign answer");
  await page.shows("Answer signed");
  const reading = job.group("service");
  if (reading.status !== "settled") throw new Error("it is not settled");
  expect(Object.values(reading.content.partsReplaced)).toMatchObject([
    { kind: "part", quantity: 3 },
  ]);
  expect(job.history().at(-1)).toMatchObject({ reason: "I fitted them" });
});

test("[AP-65] both are kept only where they touch different entries, and what may be dangerous together is never one click", async () => {
  const { patient, page: open } = await medicationQuestion();
  const page = await open();
  await page.press("Keep both");
  await page.shows("may be dangerous together");
  expect(patient.group("prescribing").status).toBe("conflict");
  await page.type("Why is this right?", "INR is watched");
  await page.press("Sign answer");
  await page.shows("Answer signed");
  const reading = patient.group("prescribing");
  if (reading.status !== "settled") throw new Error("it is not settled");
  expect(Object.keys(reading.content.medications)).toHaveLength(2);
});

test("[AP-65] entries that touch the same thing offer no way to keep both", async () => {
  const { page: open } = await partsQuestion();
  const page = await open();
  await page.shows("Neither is right");
  expect(page.text).not.toContain("Keep both");
});

test("[AP-65] whoever may not choose sees all answers and no way to choose", async () => {
  const { world, page: open } = await partsQuestion();
  const [held] = world.manager.client.memberships;
  if (held === undefined) throw new Error("no member");
  const { organizationId, memberId, teamIds } = held;
  const roles = ["technician" as const];
  const membership = { organizationId, memberId, teamIds, roles };
  await world.manager.log.saveMemberships(world.manager.personId, [membership]);
  const page = await open();
  await page.shows("To choose needs another role than yours.");
  expect(answersOn(page)).toHaveLength(2);
  expect(page.text).not.toContain("This is right");
  expect(page.text).not.toContain("Neither is right");
});

test("[AP-66] where neither is right, each entry is answered, or written anew", async () => {
  const { job, page: open } = await partsQuestion();
  const page = await open();
  await page.press("Neither is right");
  await page.shows("Nothing is chosen for you.");
  await page.press("Read and sign");
  await page.shows("Say what is right here.");
  const rows = [...page.root.querySelectorAll("fieldset")];
  const none = rows.find((row) => row.textContent.includes("None"));
  const coil = rows.find((row) => row.textContent.includes("Coil"));
  const choice = (row: Element | undefined, words: string) =>
    [...(row?.querySelectorAll("label") ?? [])]
      .find((label) => label.textContent.includes(words))
      ?.querySelector("input");
  await act(async () => choice(none, "Leave it out")?.click());
  await act(async () => choice(coil, "Otherwise")?.click());
  await page.shows("quantity");
  await page.type("quantity", "2");
  await page.press("Read and sign");
  await page.shows("You are signingparts replacedCoil assembly × 2");
  await page.type("Why is this right?", "one was put back");
  await page.press("Sign answer");
  await page.shows("Answer signed");
  const reading = job.group("service");
  if (reading.status !== "settled") throw new Error("it is not settled");
  expect(Object.values(reading.content.partsReplaced)).toMatchObject([
    { kind: "part", quantity: 2 },
  ]);
});

test("[AP-67] an answer is undone by signing another: both stay on record", async () => {
  const { job, page: open } = await partsQuestion();
  const page = await open();
  await page.shows("Which parts were replaced");
  await answer(page, "None", "nobody ordered any");
  await page.shows("Answer signed");
  await page.press("Undo");
  await page.shows("Nothing that was signed can be unsaid.");
  await answer(page, "Coil", "found the invoice");
  await page.shows("Another answer was signed in its place.");
  const reading = job.group("service");
  if (reading.status !== "settled") throw new Error("it is not settled");
  expect(Object.values(reading.content.partsReplaced)).toMatchObject([
    { kind: "part", quantity: 3 },
  ]);
  const reasons = job.history().map(({ reason }) => reason);
  expect(reasons).toContain("nobody ordered any");
  expect(reasons).toContain(
    "In place of an answer signed in error: found the invoice",
  );
});

test("[AP-67] nothing is undone over somebody else's later signature", async () => {
  const { world, job, theirs, page: open } = await partsQuestion();
  const page = await open();
  await page.shows("Which parts were replaced");
  await answer(page, "None", "nobody ordered any");
  await page.shows("Answer signed");
  await act(() => world.meet());
  const edit = await theirs.edit();
  edit.draft.service.safetyTest = {
    result: "passed",
    protocol: "IEC 62353",
    measurements: [],
    at: "2026-03-02T15:00:00Z",
  };
  expect((await edit.save()).ok).toBe(true);
  await act(() => world.meet());
  await page.press("Undo");
  await answer(page, "Coil", "found the invoice");
  await page.shows("Somebody has changed it since.");
  const reading = job.group("service");
  if (reading.status !== "settled") throw new Error("it is not settled");
  expect(reading.content.safetyTest).toMatchObject({ result: "passed" });
});

test("[AP-68] where both said the same there is nothing to settle, and both who signed are named", async () => {
  const { world, job, theirs, page: open } = await partsQuestion();
  const page = await open();
  await page.shows("Which parts were replaced");
  // Each settles it the same way without having seen the other.
  const choose = async (record: typeof job) => {
    const reading = record.group("service");
    if (reading.status !== "conflict") throw new Error("it is settled");
    const none = reading.candidates.find(({ content }) =>
      Object.values(content.partsReplaced).some(({ kind }) => kind === "none"),
    );
    if (none === undefined) throw new Error("nobody said none");
    return record.resolve("service", { choose: none.opId, reason: "none" });
  };
  await act(async () => {
    expect((await choose(theirs)).ok).toBe(true);
    expect((await choose(job)).ok).toBe(true);
  });
  await act(() => world.meet());
  await page.shows("Both said the same");
  await page.shows("Anna Moyo");
  expect(page.text).toContain("Signed by");
  expect(page.text).toContain("A founder");
});

test("[AP-68] how earlier questions on the record ended is the server's to tell, agreements too", async () => {
  const server = new RecordedServer();
  const { world, job, page: open } = await partsQuestion(server);
  await withSession(world.manager);
  const reading = job.group("service");
  if (reading.status !== "conflict") throw new Error("it is settled");
  const task = {
    kind: "conflict",
    reviewId: reviewIdOf({
      kind: "conflict",
      recordId: job.id,
      group: "service",
    }),
    organizationId: world.organizationId,
    scopeId: world.server.scopeId,
    recordId: job.id,
    recordType: "serviceJob",
    openedAtMs: startMs,
    revision: 1,
    group: "service",
    candidates: reading.candidates.map(({ opId }) => opId),
  };
  const by = {
    hash: "a".repeat(64),
    memberId: world.founderId,
    deviceId: world.manager.client.person?.deviceId,
  };
  const closedAtMs = startMs + hourMs;
  server.answers("GET /v1/reviews", {
    reviews: [
      { task, maySettle: true, state: { isOpen: true } },
      {
        task,
        maySettle: true,
        state: { isOpen: false, outcome: "agreed", closedAtMs, by },
      },
    ],
  });
  const page = await open();
  await page.press("Earlier questions on this record");
  await page.shows("Agreed: all said the same");
  expect(page.text).toContain(commonText.dateTime(closedAtMs));
});

test("[AP-69] what arrives while somebody looks is said, and was not seen: it is looked at anew before it is answered", async () => {
  const { world, patient, page: open } = await medicationQuestion();
  const page = await open();
  await page.shows("Which medication is right");
  const third = await world.colleague.client.patients.get(patient.id);
  if (!third.ok) throw new Error(third.error.code);
  const reading = third.value.group("prescribing");
  if (reading.status !== "conflict") throw new Error("it is settled");
  const [first] = reading.candidates;
  if (first === undefined) throw new Error("no candidate");
  const edit = await third.value.editCandidate("prescribing", first.opId);
  if (!edit.ok) throw new Error(edit.error.reason);
  edit.value.draft.prescribing.medications.add({
    ...amoxicillin,
    code: { text: "insulin" },
  });
  expect((await edit.value.save()).ok).toBe(true);
  await act(() => world.meet());
  await page.shows("Something arrived while you looked.");
  expect(answersOn(page).join(" ")).not.toContain("insulin");
  await page.press("Look again");
  await page.shows("insulin");
  expect(page.text).not.toContain("Something arrived");
});

test("[AP-85] the full history stands behind the question", async () => {
  const { page: open } = await partsQuestion();
  const page = await open();
  await page.press("See full history");
  await page.shows("Made without seeing #3");
  await page.shows("Made without seeing #2");
});

test("[AP-5] an answer that was half written is there again after a reload, with its reason, and gone once it is signed", async () => {
  const { page: open } = await partsQuestion();
  const choose = (page: Page, row: string, words: string) =>
    act(async () =>
      [...page.root.querySelectorAll("fieldset")]
        .find(({ textContent }) => textContent.includes(row))
        ?.querySelectorAll("label")
        .forEach((label) => {
          if (label.textContent.includes(words))
            label.querySelector("input")?.click();
        }),
    );
  const before = await open();
  await before.press("Neither is right");
  await before.shows("Nothing is chosen for you.");
  await choose(before, "None", "Leave it out");
  await choose(before, "Coil", "Otherwise");
  await before.type("quantity", "2");
  await before.press("Read and sign");
  await before.type("Why is this right?", "one was put back");
  await before.unmount();

  const after = await open();
  await after.press("Neither is right");
  await after.shows("quantity");
  expect(after.valueOf("quantity")).toBe("2");
  await after.press("Read and sign");
  await after.shows("Coil assembly × 2");
  expect(after.valueOf("Why is this right?")).toBe("one was put back");
  await after.press("Sign answer");
  await after.shows("Answer signed");
  await after.press("Undo");
  await after.press(`This is right: Answer ${numberOf(after, "None")}`);
  await after.shows("Sign this answer?");
  expect(after.valueOf("Why is this right?")).toBe("");
});
