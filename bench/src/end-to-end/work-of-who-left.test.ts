/** What somebody wrote offline whose membership ended meanwhile: over real sockets and HTTP, with real devices. */
import type { Client } from "@suture/client";
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

const strandedSchema = z.object({
  stranded: z.array(
    z.object({ hash: z.string(), recordId: z.string(), code: z.string() }),
  ),
});

test("[SW-25] it waits where they cannot read it, reaches nobody, and is taken over by somebody who may", async () => {
  const admin = await world.join("office", "admin");
  const manager = await world.join("ward", "manager");
  const desk = await world.join("desk", "receptionist");
  const [membership] = desk.memberships;
  if (membership === undefined) throw new Error("the desk is no member");
  const { organizationId, memberId } = membership;
  const path = `/v1/organizations/${organizationId}/stranded`;

  desk.stopSync();
  const alma = await patientNamed(desk, "alma");
  const form = await alma.edit();
  form.draft.notes.set({ status: "active", text: "Written offline." });
  expect(await form.save()).toMatchObject({ ok: true });
  const made = await desk.patients.create({ parentId: organizationId });
  if (!made.ok) throw new Error(made.error.reason);

  await changeMember(admin, memberId, ({ membership: held }) => {
    held.active = false;
  });
  desk.startSync();
  await until(desk, async () => (await desk.stranded()).length === 2);
  expect((await desk.stranded()).map(({ code }) => code)).toEqual([
    "not-permitted",
    "not-permitted",
  ]);

  const ofManager = await world.ask("manager");
  const { stranded } = strandedSchema.parse((await ofManager(path)).body);
  expect(stranded.map(({ recordId }) => recordId).toSorted()).toEqual(
    [alma.id, made.value.id].toSorted(),
  );
  const ofDesk = await world.ask("receptionist");
  for (const asked of [
    path,
    `${path}/${stranded[0]?.hash}`,
    `/v1/records/${alma.id}`,
  ])
    expect((await ofDesk(asked)).status).toBe(404);
  // The office runs the house, and reads no patients.
  const ofOffice = await world.ask("admin");
  expect((await ofOffice(path)).body).toMatchObject({ stranded: [] });

  // Creation first: what builds on nothing comes before what builds on it.
  for (const { hash } of stranded.toReversed()) {
    const adopted = await ofManager(`${path}/${hash}/adopt`, {
      reason: "The colleague has left.",
    });
    expect(adopted.status).toBe(200);
  }
  const same = await patientNamed(manager, "alma");
  await until(manager, () =>
    Object.values(same.fields.notes).some(
      ({ text }) => text === "Written offline.",
    ),
  );
  await until(manager, async () => {
    const all = await manager.patients.list({ limit: 1_000 });
    return all.some(({ id }) => id === made.value.id);
  });

  // What colleagues write from now on never reaches the desk, which is still connected.
  const later = await manager.patients.create({ parentId: organizationId });
  if (!later.ok) throw new Error(later.error.reason);
  await everythingIsSent(manager);
  await until(desk, () => desk.memberships.length === 0);
  const left = await desk.patients.list({ limit: 1_000 });
  expect(left.some(({ id }) => id === later.value.id)).toBe(false);
});

test("[AD-25] who lost only a team, or a role: what they wrote before is refused, kept, and taken over", async () => {
  const admin = await world.join("office", "admin");
  const workshop = await world.join("workshop", "technician");
  const ward = await world.join("ward", "clinician");
  const [organizationId, memberIds] = membershipsOf(workshop, ward);

  workshop.stopSync();
  ward.stopSync();
  const [job] = await workshop.serviceJobs.list();
  if (job === undefined) throw new Error("there is no job");
  const repair = await job.edit();
  repair.draft.notes.set({ status: "active", text: "Valve replaced." });
  expect(await repair.save()).toMatchObject({ ok: true });
  const alma = await patientNamed(ward, "alma");
  const seen = await alma.edit();
  seen.draft.notes.set({ status: "active", text: "Slept well." });
  expect(await seen.save()).toMatchObject({ ok: true });

  await changeMember(admin, memberIds[0], ({ membership }) => {
    membership.teams = [];
  });
  await changeMember(admin, memberIds[1], ({ membership }) => {
    membership.roles = ["technician"];
  });
  for (const client of [workshop, ward]) {
    client.startSync();
    await until(client, async () => (await client.stranded()).length === 1);
    await everythingIsSent(client);
    expect((await client.stranded())[0]).toMatchObject({
      code: "not-permitted",
      tried: [{ name: "notes" }],
    });
  }
  // What they hold shows nothing any more.
  await until(workshop, () => job.heads.length === 0);
  await until(ward, () => alma.heads.length === 0);

  const ofManager = await world.ask("manager");
  const path = `/v1/organizations/${organizationId}/stranded`;
  const { stranded } = strandedSchema.parse((await ofManager(path)).body);
  expect(stranded.map(({ recordId }) => recordId).toSorted()).toEqual(
    [alma.id, job.id].toSorted(),
  );
  for (const { hash } of stranded) {
    const reason = { reason: "They work elsewhere now." };
    const adopted = await ofManager(`${path}/${hash}/adopt`, reason);
    expect(adopted.status).toBe(200);
  }
});

test("[SW-26] what a device has said again by itself is not on the manager's list", async () => {
  const admin = await world.join("office", "admin");
  const ward = await world.join("ward", "clinician");
  const [membership] = ward.memberships;
  if (membership === undefined) throw new Error("the ward is no member");
  const { organizationId, memberId } = membership;

  ward.stopSync();
  const alma = await patientNamed(ward, "alma");
  const weighed = await alma.edit();
  weighed.draft.measurements.set({
    status: "final",
    code: { text: "Weight" },
    value: { value: "70", unit: "kg" },
  });
  expect(await weighed.save()).toMatchObject({ ok: true });
  const noted = await alma.edit();
  noted.draft.notes.set({ status: "active", text: "Written offline." });
  expect(await noted.save()).toMatchObject({ ok: true });

  // May still write notes, and weighs nobody any more.
  await changeMember(admin, memberId, ({ membership: held }) => {
    held.roles = ["receptionist"];
  });
  ward.startSync();
  await until(ward, async () => (await ward.stranded()).length === 2);
  await everythingIsSent(ward);

  const ofManager = await world.ask("manager");
  const path = `/v1/organizations/${organizationId}/stranded`;
  const open = strandedSchema.parse((await ofManager(path)).body);
  expect(open.stranded.map(({ code }) => code)).toEqual(["not-permitted"]);
  const all = strandedSchema.parse((await ofManager(`${path}?state=all`)).body);
  expect(all.stranded.map(({ code }) => code).toSorted()).toEqual([
    "depends-on-refused",
    "not-permitted",
  ]);
});

/** Their organization, and who they are there. */
function membershipsOf(one: Client, other: Client) {
  const [mine, theirs] = [one.memberships[0], other.memberships[0]];
  if (mine === undefined || theirs === undefined)
    throw new Error("they are no members");
  return [mine.organizationId, [mine.memberId, theirs.memberId]] as const;
}

async function patientNamed(client: Client, name: string) {
  const [found] = await client.patients.list({ matching: name });
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

type MemberForm = Awaited<
  ReturnType<Awaited<ReturnType<Client["members"]["list"]>>[number]["edit"]>
>;

async function changeMember(
  admin: Client,
  memberId: string,
  change: (draft: MemberForm["draft"]) => void,
): Promise<void> {
  const members = await admin.members.list({ limit: 100 });
  const form = await members.find(({ id }) => id === memberId)?.edit();
  if (form === undefined) throw new Error("the admin has no such member");
  change(form.draft);
  expect(await form.save()).toMatchObject({ ok: true });
  await everythingIsSent(admin);
}
