// @vitest-environment happy-dom
import {
  foundClinic,
  openDevice,
  startMs,
  TestServer,
} from "@suture/client/clinic-test-support";
import { reviewIdOf, type appointment, type RecordId } from "@suture/schema";
import type { SutureRecord } from "@suture/client";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp, type Page } from "../app/app.test-support.tsx";
import { dayText } from "./local-day.ts";

type Appointment = SutureRecord<typeof appointment>;
type House = Awaited<ReturnType<typeof house>>;

const hourMs = 3_600_000;

/** A clinic with a clinician and a patient, and another clinic that nobody here is a member of. */
async function house() {
  const device = await openDevice({ name: "ada" });
  const founded = await foundClinic(device);
  const { client } = device;
  const { organizationId, teamId } = founded;
  const south = await client.teams.create({
    parentId: organizationId,
    fields: { name: "South clinic", kind: "clinic" },
  });
  const dora = await client.members.create({
    parentId: organizationId,
    fields: { displayName: "Dora Chen" },
    groups: {
      membership: { roles: ["clinician"], teams: [teamId], active: true },
    },
  });
  const alma = await client.patients.create({
    parentId: organizationId,
    groups: { identity: { name: [{ given: ["Alma"], family: "Alder" }] } },
  });
  if (!south.ok || !dora.ok || !alma.ok) throw new Error("not set up");
  const server = new TestServer(organizationId);
  return {
    ...device,
    ...founded,
    server,
    doraId: dora.value.id,
    almaId: alma.value.id,
  };
}

async function book(
  { client, teamId, almaId, doraId }: House,
  atMs: number,
): Promise<Appointment> {
  const participant = (kind: "patient" | "practitioner", id: RecordId) =>
    ({ kind, recordId: id, status: "accepted" }) as const;
  const created = await client.appointments.create({
    parentId: teamId,
    fields: { attendance: "expected", description: "Blood test" },
    groups: {
      slot: {
        status: "booked",
        period: {
          start: new Date(atMs).toISOString(),
          end: new Date(atMs + hourMs / 2).toISOString(),
        },
        participants: {
          "7e3f6c1a-1111-4222-8333-444444444444": participant(
            "patient",
            almaId,
          ),
          "7e3f6c1a-1111-4222-8333-555555555555": participant(
            "practitioner",
            doraId,
          ),
        },
      },
    },
  });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value;
}

function rows(page: Page): readonly string[] {
  return [...page.root.querySelectorAll(".appointment-row")].map(
    (row) => row.textContent ?? "",
  );
}

const tentative = "Tentative: other clinics not checked yet";

test("[AP-32] a day shows its appointments, each tentative until the server has accepted its time", async () => {
  const device = await house();
  await book(device, startMs + 2 * hourMs);
  await book(device, startMs + hourMs);
  await book(device, startMs + 24 * hourMs);
  const page = await renderApp(device, "/appointments");
  await page.until(() => rows(page).length === 2);
  await page.until(() => rows(page)[0]?.includes("Alma Alder") === true);
  expect(page.text).toContain("Today, Monday 2 March");
  expect(rows(page)[0]).toContain("Dora Chen");
  for (const row of rows(page)) expect(row).toContain(tentative);
  await act(() => device.server.takeFrom(device));
  await page.until(() => rows(page).every((row) => !row.includes(tentative)));
  await page.press("Day after");
  await page.until(() => rows(page).length === 1);
  await page.press("Day after");
  await page.shows("No appointments on this device for this day");
});

test("[AP-32] what else of an appointment is not sent yet does not make its time tentative; an open double booking is marked", async () => {
  const device = await house();
  const first = await book(device, startMs + hourMs);
  const second = await book(device, startMs + hourMs);
  await device.server.takeFrom(device);
  const page = await renderApp(device, "/appointments");
  await page.until(() => rows(page).length === 2);
  const edit = await first.edit();
  edit.draft.attendance = "arrived";
  await act(() => edit.save());
  await page.shows("Will sync on reconnect");
  expect(page.text).not.toContain(tentative);
  const question = {
    kind: "double-booking",
    recordId: first.id,
    otherRecordId: second.id,
    actor: `patient:${device.almaId}`,
  } as const;
  await act(() =>
    device.log.applyReviews({
      open: [
        {
          ...question,
          reviewId: reviewIdOf(question),
          organizationId: device.organizationId,
          scopeId: device.server.scopeId,
          recordType: "appointment",
          openedAtMs: startMs,
          revision: 1,
        },
      ],
      closed: [],
    }),
  );
  await page.until(() =>
    rows(page).every((row) => row.includes("Double booking: to be settled")),
  );
});

async function fillBooking(page: Page, time: string) {
  await page.type("Find the patient", "alma");
  const patient = () => page.root.querySelector<HTMLElement>("button.choice");
  await page.until(() => patient() !== null);
  await act(async () => patient()?.click());
  await page.shows("Patient: Alma Alder");
  await page.type("From", time);
  await page.until(() => page.text.includes("Dora Chen"));
  await page.choose("With", "Dora Chen");
}

test("[AP-33] a booking is made without a network, for a clinic of the person's own", async () => {
  const device = await house();
  const page = await renderApp(device, "/appointments/new");
  await page.press("Book");
  await page.shows("This is needed.");
  const clinic = page.root.querySelector("select");
  expect(clinic?.textContent).toContain("North clinic");
  expect(clinic?.textContent).not.toContain("South clinic");
  await fillBooking(page, "11:00");
  await page.type("What for", "Blood test");
  await page.press("Book");
  await page.shows("Saved locally. Will sync on reconnect.");
  await page.shows(tentative);
  const [booked] = await device.client.appointments.list();
  const slot = booked?.group("slot");
  expect(booked?.parentId).toBe(device.teamId);
  expect(slot?.status === "settled" && slot.content.period).toEqual({
    start: new Date(`${dayText(startMs)}T11:00`).toISOString(),
    end: new Date(`${dayText(startMs)}T11:30`).toISOString(),
  });
});

test("[AP-34] the form names the clashes that this device knows of, and the clinics it has not heard from", async () => {
  const device = await house();
  const elevenMs = new Date(`${dayText(startMs)}T11:00`).getTime();
  await book(device, elevenMs);
  const page = await renderApp(device, "/appointments/new");
  await fillBooking(page, "11:15");
  await page.shows("2 clashes on this device");
  await page.shows("Alma Alder: 2 Mar 2026, 11:00 · Blood test");
  expect(page.text).toContain("Dora Chen: 2 Mar 2026, 11:00");
  expect(page.text).toContain("Looked at: North clinic, as far as");
  expect(page.text).toContain("Not heard from: South clinic.");
  expect(page.text).toContain("until then it is tentative");
  expect(page.text).toContain("Book although it clashes");
  // Half-open: what begins as the other ends keeps nobody from it.
  await page.type("From", "11:30");
  await page.shows("No clash on this device");
});

test("[AP-35] attendance is recorded from the day's list", async () => {
  const device = await house();
  const booked = await book(device, startMs + hourMs);
  const page = await renderApp(device, "/appointments");
  await page.shows("Alma Alder");
  await page.press("Alma Alder has arrived");
  await page.until(() => booked.fields.attendance === "arrived");
  await page.until(
    () => page.root.querySelector("[aria-label$='has arrived']") === null,
  );
});

test("[AP-35] moving and cancelling sign the time anew", async () => {
  const device = await house();
  const booked = await book(device, startMs + hourMs);
  const page = await renderApp(device, `/appointments/${booked.id}`);
  await page.press("Move it");
  await page.shows("Looked at: North clinic");
  await page.type("From", "15:45");
  await page.press("Move");
  await page.until(() => page.text.includes("15:45–16:15"));
  await page.press("Cancel the appointment");
  await page.shows("Cancel this appointment?");
  await page.type("Why", "Patient rang");
  await page.press("Cancel the appointment");
  await page.until(() => !page.text.includes("Cancel this appointment?"));
  const slot = booked.group("slot");
  expect(slot.status === "settled" && slot.content.status).toBe("cancelled");
  expect(booked.history().at(-1)?.reason).toBe("Patient rang");
});
