/** What a device gets, sends and is told over its life, against a server over real sockets. */
import type { Client } from "@suture/client";
import { statusLabels, type RecordId } from "@suture/schema";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";

import {
  everythingIsSent,
  RealWorld,
  until,
} from "./real-world.test-support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: RealWorld;

beforeEach(async () => {
  world = await RealWorld.create();
});

afterEach(() => world.end());

/** Of every record of a client's, its heads. */
async function headsOf(client: Client): Promise<ReadonlyMap<RecordId, string>> {
  const lists = await Promise.all(
    [
      client.organizations,
      client.teams,
      client.members,
      client.patients,
      client.appointments,
      client.equipment,
      client.serviceJobs,
    ].map((repository) => repository.list({ limit: 1_000 })),
  );
  return new Map(
    lists
      .flat()
      .map((record) => [record.id, [...record.heads].sort().join()] as const),
  );
}

async function patientNamed(client: Client, name: string) {
  const [found] = await client.patients.list({ matching: name });
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

test("[CL-5] a new device gets everything its person may see, as it is on a device that was there before", async () => {
  const old = await world.join("tablet", "clinician");
  const alma = await patientNamed(old, "alma");
  const form = await alma.edit();
  form.draft.notes.set({ status: "active", text: "Prefers mornings." });
  await form.save();
  await everythingIsSent(old);
  const young = await world.join("phone", "clinician");
  const expected = await headsOf(old);
  expect(expected.size).toBeGreaterThan(10);
  expect(await headsOf(young)).toEqual(expected);
  const same = await patientNamed(young, "alma");
  expect(same.status.label).not.toBe(statusLabels.queued);
  expect(same.fields).toEqual(alma.fields);
});

test("[CL-5] a device that lost its store, but not its key, gets back what it had written itself", async () => {
  const before = await world.join("tablet", "clinician");
  const alma = await patientNamed(before, "alma");
  const form = await alma.edit();
  form.draft.notes.set({ status: "active", text: "Prefers mornings." });
  await form.save();
  await everythingIsSent(before);
  const { heads, fields } = alma;
  const deviceId = before.person?.deviceId;
  await world.close(before);
  for (const end of ["", "-wal", "-shm"])
    await rm(join(world.directoryOf("tablet"), `log.sqlite${end}`), {
      force: true,
    });

  const after = await world.open("tablet");
  expect(after.person?.deviceId).toBe(deviceId);
  await after.catchUp();
  const again = await patientNamed(after, "alma");
  await until(after, () => again.heads.join() === heads.join());
  expect(again.fields).toEqual(fields);
});

test("[CL-7] what is critical is sent first, whatever was written first", async () => {
  const client = await world.join("tablet", "clinician");
  client.stopSync();
  const written = new Map<string, string>();
  const write = async (
    what: string,
    name: string,
    fillIn: (
      draft: Awaited<
        ReturnType<Awaited<ReturnType<typeof patientNamed>>["edit"]>
      >["draft"],
    ) => void,
  ) => {
    const form = await (await patientNamed(client, name)).edit();
    fillIn(form.draft);
    const saved = await form.save();
    if (!saved.ok) throw new Error(saved.error.reason);
    for (const hash of saved.value.hashes) written.set(hash, what);
  };
  await write("a note", "alma", ({ notes }) =>
    notes.set({ status: "active", text: "Prefers mornings." }),
  );
  await write("an identity", "greta", ({ identity }) => {
    identity.birthDate = "1983-11";
  });
  await write("an allergy", "bela", ({ prescribing }) =>
    prescribing.allergies.add({
      clinicalStatus: "active",
      verificationStatus: "confirmed",
      code: { text: "Latex" },
    }),
  );
  expect(
    (await client.unsynced()).map(({ hash }) => written.get(hash)),
  ).toEqual(["an allergy", "an identity", "a note"]);

  client.startSync();
  await everythingIsSent(client);
  const admitted = (await readAudit()).flatMap(({ event, hash }) =>
    event === "change-admitted" && hash !== undefined && written.has(hash)
      ? [written.get(hash)]
      : [],
  );
  expect(admitted).toEqual(["an allergy", "an identity", "a note"]);
});

test("[CL-9] synced once the server has it, confirmed once a signed checkpoint covers it, and back again with the next edit", async () => {
  const client = await world.join("tablet", "clinician");
  const cora = await patientNamed(client, "cora");
  const labels: string[] = [cora.status.label];
  cora.watch(() => {
    if (labels.at(-1) !== cora.status.label) labels.push(cora.status.label);
  });
  const form = await cora.edit();
  form.draft.notes.set({ status: "active", text: "Prefers mornings." });
  await form.save();
  await until(
    client,
    () => labels.length > 1 && cora.status.label === statusLabels.confirmed,
  );
  expect(labels.slice(-3)).toEqual([
    statusLabels.queued,
    statusLabels.synced,
    statusLabels.confirmed,
  ]);
  client.stopSync();
  const next = await cora.edit();
  next.draft.notes.set({ status: "active", text: "Or late afternoons." });
  await next.save();
  expect(cora.status.label).toBe(statusLabels.queued);
});

test("[ID-29] the server's key may rotate at any time: a connected device has its next work confirmed, and one that comes later too", async () => {
  const client = await world.join("tablet", "clinician");
  const cora = await patientNamed(client, "cora");
  const note = async (text: string) => {
    const form = await cora.edit();
    form.draft.notes.set({ status: "active", text });
    await form.save();
    expect(cora.status.label).toBe(statusLabels.queued);
    await until(client, () => cora.status.label === statusLabels.confirmed);
  };
  const states = new Set<string>();
  client.watchSync(({ state }) => states.add(state));
  await note("Prefers mornings.");
  await world.rotateKeys();
  await note("Or late afternoons.");
  expect([...states].filter((state) => state !== "up-to-date")).toEqual([]);
  const later = await world.join("phone", "clinician");
  const same = await patientNamed(later, "cora");
  await until(later, () => same.status.label === statusLabels.confirmed);
});

test("[SY-16] who leaves an organization loses its records and keeps their own refused work", async () => {
  const admin = await world.join("office", "admin");
  const desk = await world.join("desk", "receptionist");
  const memberId = desk.memberships[0]?.memberId;
  expect(await desk.patients.list()).not.toEqual([]);

  desk.stopSync();
  const alma = await patientNamed(desk, "alma");
  const form = await alma.edit();
  form.draft.notes.set({ status: "active", text: "Written offline." });
  await form.save();

  const leaver = (await admin.members.list({ limit: 100 })).find(
    ({ id }) => id === memberId,
  );
  const leave = await leaver?.edit();
  if (leave === undefined) throw new Error("the admin has no such member");
  leave.draft.membership.active = false;
  expect(await leave.save()).toMatchObject({ ok: true });
  await everythingIsSent(admin);

  desk.startSync();
  await until(desk, async () => (await desk.stranded()).length === 1);
  const [stranded] = await desk.stranded();
  expect(stranded).toMatchObject({
    recordId: alma.id,
    code: "not-permitted",
  });
  expect(JSON.stringify(stranded?.tried)).toContain("Written offline.");
  await until(desk, () => desk.memberships.length === 0);
  const left = await desk.patients.list();
  expect(left.every(({ id }) => id === alma.id)).toBe(true);
});

const auditSchema = z.object({
  entries: z.array(
    z.object({
      entry: z.object({ event: z.string(), hash: z.string().optional() }),
    }),
  ),
});

/** The audit of the organization, as the sample's auditor reads it. */
async function readAudit() {
  const auditor = await world.open("audit");
  const signedIn = await auditor.signIn({
    email: "auditor@riverbend.example",
    password: "sample-password",
    deviceName: "Audit",
  });
  if (!signedIn.ok) throw new Error(signedIn.error.code);
  await auditor.catchUp();
  const organizationId = auditor.memberships[0]?.organizationId ?? "";
  const response = await fetch(
    `${world.url}/v1/audit?organizationId=${organizationId}&limit=1000`,
    { headers: { authorization: `Bearer ${signedIn.value.sessionToken}` } },
  );
  const { entries } = auditSchema.parse(await response.json());
  return entries.map(({ entry }) => entry);
}
