/** One tablet, several people, one after the other: a server as `npm start` starts it, real sockets and files. */
import type { Client } from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import type { PersonId } from "@suture/schema";
import { samplePassword, type RunningServer } from "@suture/server";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { startSampleServer } from "./sample-server.ts";

const patienceMs = 60_000;

let directory: string;
let running: RunningServer;
let tablet: Client;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "suture-tablet-"));
  running = await startSampleServer({ directory });
  tablet = await createNodeClient({
    url: running.url,
    directory: join(directory, "tablet"),
  });
}, patienceMs);

afterEach(async () => {
  await tablet.close();
  await running.stop();
  await rm(directory, { recursive: true });
});

async function signIn(role: string): Promise<PersonId> {
  const signedIn = await tablet.signIn({
    email: `${role}@riverbend.example`,
    password: samplePassword,
    deviceName: "Ward tablet",
  });
  if (!signedIn.ok) throw new Error(signedIn.error.message);
  return signedIn.value.personId;
}

/** How many the tablet lists now. */
async function counts(): Promise<readonly number[]> {
  const lists = await Promise.all([
    tablet.patients.list(),
    tablet.appointments.list(),
    tablet.serviceJobs.list(),
  ]);
  return lists.map((list) => list.length);
}

test(
  "[SY-25] whoever takes over a shared tablet finds all they may read, and finds it again when they come back",
  async () => {
    const technician = await signIn("technician");
    await tablet.catchUp();
    const [, , jobs] = await counts();
    expect(await counts()).toEqual([0, 0, jobs]);
    expect(jobs).toBeGreaterThan(0);

    // Sync goes on as whoever took over, without being told to.
    const clinician = await signIn("clinician");
    await tablet.catchUp();
    const [patients, appointments] = await counts();
    expect(patients).toBeGreaterThan(0);
    expect(appointments).toBeGreaterThan(0);

    // Without a network, each finds what was theirs.
    tablet.stopSync();
    await tablet.usePerson(technician);
    expect((await counts())[2]).toBe(jobs);
    await tablet.usePerson(clinician);
    expect((await counts()).slice(0, 2)).toEqual([patients, appointments]);
  },
  patienceMs,
);

test(
  "[SY-25] what one person could not read while the tablet was theirs, the next one gets",
  async () => {
    const clinician = await signIn("clinician");
    await tablet.catchUp();
    const before = await tablet.patients.list();
    const technician = await signIn("technician");
    await tablet.catchUp();

    const desk = await createNodeClient({
      url: running.url,
      directory: join(directory, "desk"),
    });
    try {
      await desk.signIn({
        email: "receptionist@riverbend.example",
        password: samplePassword,
        deviceName: "Front desk",
      });
      await desk.catchUp();
      const [membership] = desk.memberships;
      if (membership === undefined) throw new Error("no membership");
      const made = await desk.patients.create({
        parentId: membership.organizationId,
      });
      expect(made.ok).toBe(true);
      await whenSent(desk);
    } finally {
      await desk.close();
    }
    tablet.stopSync();
    await tablet.catchUp();
    expect(tablet.person?.personId).toBe(technician);

    await tablet.usePerson(clinician);
    await tablet.catchUp();
    expect(await tablet.patients.list()).toHaveLength(before.length + 1);
  },
  patienceMs,
);

test(
  "[CL-19] several people's work waits on one tablet and goes under each one's own name",
  async () => {
    const clinician = await signIn("clinician");
    await tablet.catchUp();
    const receptionist = await signIn("receptionist");
    await tablet.catchUp();
    tablet.stopSync();

    const [patient] = await tablet.patients.list();
    if (patient === undefined) throw new Error("no patients");
    const note = async (personId: PersonId, text: string) => {
      await tablet.usePerson(personId);
      const form = await patient.edit();
      form.draft.notes.set({ status: "active", text });
      const saved = await form.save();
      expect(saved.ok).toBe(true);
      return tablet.memberships[0]?.memberId;
    };
    const authors = [
      await note(clinician, "Slept well."),
      await note(receptionist, "Sister called."),
    ];
    expect(new Set(authors).size).toBe(2);
    const waiting = await tablet.unsynced();
    expect(new Set(waiting.map(({ memberId }) => memberId))).toEqual(
      new Set(authors),
    );
    const copied = await tablet.exportUnsynced();
    expect(copied.changes.map(({ memberId }) => memberId)).toEqual(authors);

    tablet.startSync();
    await whenSent(tablet);
    expect(await tablet.stranded()).toEqual([]);
    const written = patient.history().slice(-2);
    expect(written.map(({ memberId, state }) => [memberId, state])).toEqual(
      authors.map((memberId) => [memberId, "accepted"]),
    );
  },
  patienceMs,
);

function whenSent(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const look = async () => {
      if ((await client.unsynced()).length > 0) return;
      stop();
      resolve();
    };
    const stop = client.watch(() => void look());
    void look();
  });
}
