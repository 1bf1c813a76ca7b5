// @vitest-environment happy-dom
import {
  foundClinic,
  join,
  newPatient,
  openDevice,
  TestServer,
} from "@suture/client/clinic-test-support";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp } from "../app/app.test-support.tsx";
import { SmallStore } from "../app/small-store.test-support.ts";
import {
  prescribe,
  recordAllergy,
  twoClinicians,
  type PatientRecord,
} from "./two-clinicians.test-support.ts";

function medicationsOf(record: PatientRecord): readonly (string | undefined)[] {
  const reading = record.group("prescribing");
  if (reading.status === "conflict") return ["in conflict"];
  return Object.values(reading.content.medications).map(
    ({ code }) => code.text,
  );
}

test("[AP-29] a form tells what changed since it was opened; signed without taking it in, it is composed at what it had shown", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  const page = await renderApp(ada, `/patients/${atAda.id}/medication`);
  await page.shows("Sign a medication");
  await page.type("Medication", "Warfarin 3 mg");
  await prescribe(atBen, "Naproxen 250 mg");
  await act(sync);
  await page.shows("1 change was made since you opened this form");
  expect(page.text).toContain("Naproxen 250 mg added");
  await page.press("Sign");
  await page.until(() => window.location.pathname === `/patients/${atAda.id}`);
  expect(medicationsOf(atAda)).toEqual(["in conflict"]);
});

test("[AP-161] a medication that is signed twice at once is signed once", async () => {
  const { ada, atAda } = await twoClinicians();
  const before = atAda.history().length;
  const page = await renderApp(ada, `/patients/${atAda.id}/medication`);
  await page.type("Medication", "Warfarin 3 mg");
  const form = page.root.querySelector("form");
  await act(async () => {
    form?.requestSubmit();
    form?.requestSubmit();
  });
  await page.until(() => window.location.pathname === `/patients/${atAda.id}`);
  expect(medicationsOf(atAda)).toEqual(["Warfarin 3 mg"]);
  expect(atAda.history()).toHaveLength(before + 1);
});

test("[AP-29] taken in, it is signed on top", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  const page = await renderApp(ada, `/patients/${atAda.id}/medication`);
  await page.type("Medication", "Warfarin 3 mg");
  await prescribe(atBen, "Naproxen 250 mg");
  await act(sync);
  await page.press("I have read this: sign on top of it");
  await page.until(() => !page.text.includes("since you opened"));
  await page.press("Sign");
  await page.until(() => window.location.pathname === `/patients/${atAda.id}`);
  expect(medicationsOf(atAda)).toHaveLength(2);
  expect(new Set(medicationsOf(atAda))).toEqual(
    new Set(["Naproxen 250 mg", "Warfarin 3 mg"]),
  );
});

test("[AP-29] after a reload, what changed since the form was begun has to be taken in first", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  const path = `/patients/${atAda.id}/medication`;
  const before = await renderApp(ada, path);
  await before.type("Medication", "Warfarin 3 mg");
  await before.until(() => before.valueOf("Medication") !== "");
  await before.unmount();
  await prescribe(atBen, "Naproxen 250 mg");
  await sync();
  const page = await renderApp(ada, path);
  await page.shows("This form was begun earlier.");
  expect(page.valueOf("Medication")).toBe("Warfarin 3 mg");
  expect(page.button("Sign").hasAttribute("disabled")).toBe(true);
  await page.press("I have read this: sign on top of it");
  await page.until(() => !page.button("Sign").hasAttribute("disabled"));
  await page.press("Sign");
  await page.until(() => window.location.pathname === `/patients/${atAda.id}`);
  expect(medicationsOf(atAda)).toHaveLength(2);
});

test("[AP-7] signing again after it could not be stored signs once", async () => {
  const store = new SmallStore();
  const device = await openDevice({
    name: "ada",
    store,
  });
  const { organizationId } = await foundClinic(device);
  const record = await newPatient(device, organizationId);
  const page = await renderApp(device, `/patients/${record.id}/medication`);
  await page.type("Medication", "Warfarin 3 mg");
  store.isFull = true;
  await page.press("Sign");
  await page.shows("Not saved — this device cannot store it.");
  store.isFull = false;
  await page.press("Sign");
  await page.until(() => window.location.pathname === `/patients/${record.id}`);
  expect(medicationsOf(record)).toEqual(["Warfarin 3 mg"]);
});

test("[AP-29] what came after a reload does not take away what has to be taken in", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  const path = `/patients/${atAda.id}/medication`;
  const before = await renderApp(ada, path);
  await before.type("Medication", "Warfarin 3 mg");
  await before.until(() => before.valueOf("Medication") !== "");
  await before.unmount();
  await prescribe(atBen, "Naproxen 250 mg");
  await sync();
  const page = await renderApp(ada, path);
  await page.shows("This form was begun earlier.");
  await prescribe(atBen, "Ibuprofen 400 mg");
  await act(sync);
  await page.shows("2 changes were made since you opened this form");
  expect(page.button("Sign").hasAttribute("disabled")).toBe(true);
});

test("[AP-30] medications are signed anew, changed and ended", async () => {
  const { ada, atAda } = await twoClinicians();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await page.follow("Add a medication");
  await page.shows("Sign a medication");
  await page.press("Sign");
  await page.shows("This is needed.");
  await page.type("Medication", "Warfarin 3 mg");
  await page.type("Dosage", "1 in the evening");
  await page.type("Why (optional)", "INR low");
  await page.press("Sign");
  await page.shows("Medications and problems");
  await page.shows("Warfarin 3 mg · 1 in the evening");
  const signed = atAda.history().at(-1);
  expect(signed?.reason).toBe("INR low");
  await page.follow("Change or stop Warfarin 3 mg");
  await page.shows("Sign a medication");
  await page.until(() => page.valueOf("Dosage") === "1 in the evening");
  await page.choose("Status", "Stopped");
  await page.press("Sign");
  await page.shows("No medication recorded");
  const archived = Object.values(atAda.snapshot().archive("prescribing"));
  expect(archived).toMatchObject([
    { code: { text: "Warfarin 3 mg" }, status: "stopped" },
  ]);
});

test("[AP-30] an allergy refutes that none of its kind is known, in one statement", async () => {
  const { ada, atAda } = await twoClinicians();
  const page = await renderApp(ada, `/patients/${atAda.id}/allergy`);
  await page.shows("Sign an allergy");
  await page.choose("What is known", "No known allergy");
  await page.press("Sign");
  await page.shows("Medications and problems");
  await page.shows("No known allergy");
  await page.follow("Add an allergy");
  await page.shows("Sign an allergy");
  await page.type("To what", "Penicillin");
  await page.type("Reaction", "Hives");
  await page.press("Sign");
  await page.shows("Medications and problems");
  await page.shows("Penicillin");
  const reading = atAda.group("prescribing");
  expect(
    reading.status === "settled" && Object.values(reading.content.allergies),
  ).toMatchObject([{ code: { text: "Penicillin" }, criticality: "high" }]);
});

test("[AP-30] others than clinicians do not sign", async () => {
  const founder = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(founder);
  const record = await newPatient(founder, organizationId);
  const server = new TestServer(organizationId);
  await server.takeFrom(founder);
  const desk = await openDevice({ name: "cy" });
  await join(desk, organizationId, teamId, ["receptionist"]);
  await server.deliverTo(desk);
  const page = await renderApp(desk, `/patients/${record.id}`);
  await page.shows("Medications and problems");
  expect(page.text).not.toContain("Add a medication");
  await page.unmount();
  const form = await renderApp(desk, `/patients/${record.id}/medication`);
  await form.shows("Only clinicians sign medications and allergies.");
});

test("[AP-31] in a conflict care goes on with a version that the person chooses", async () => {
  const { ada, atAda, atBen, sync } = await twoClinicians();
  await recordAllergy(atAda, "Latex");
  await recordAllergy(atBen, "Ibuprofen");
  await sync();
  const page = await renderApp(ada, `/patients/${atAda.id}/allergy`);
  await page.shows("This is in conflict. Which version do you go on with?");
  expect(page.text).not.toContain("To what");
  const [first] = page.root.querySelectorAll<HTMLElement>(".candidate button");
  await act(async () => first?.click());
  await page.shows("To what");
  await page.type("To what", "Penicillin");
  await page.press("Sign");
  await page.shows("Medications and problems");
  const reading = atAda.group("prescribing");
  expect(reading.status).toBe("conflict");
  if (reading.status !== "conflict") return;
  const names = reading.safe.allergies.map(
    ({ versions }) => versions[0]?.code.text,
  );
  expect(new Set(names)).toEqual(new Set(["Ibuprofen", "Latex", "Penicillin"]));
});
