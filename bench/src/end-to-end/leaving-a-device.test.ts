/** Who takes themselves off a device that others use too, against a server over real sockets. */
import type { Client } from "@suture/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import {
  everythingIsSent,
  RealWorld,
  signIn,
  until,
} from "./real-world.test-support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: RealWorld;

beforeEach(async () => {
  world = await RealWorld.create();
});

afterEach(() => world.end());

async function noteOn(client: Client, text: string): Promise<void> {
  const [alma] = await client.patients.list({ matching: "alma" });
  const form = await alma?.edit();
  form?.draft.notes.set({ status: "active", text });
  await form?.save();
}

test("[ID-36, CL-29] who leaves a shared tablet is off it, here and on the server; who stays goes on, and so does their work", async () => {
  const tablet = await world.join("tablet", "clinician");
  const clinician = tablet.person?.personId;
  await signIn(tablet, "manager");
  const manager = tablet.person?.personId;
  await tablet.catchUp();
  if (clinician === undefined || manager === undefined)
    throw new Error("nobody is signed in");

  await tablet.forms.keep("note", "half a sentence");
  expect(await tablet.leaveDevice()).toMatchObject({ ok: true });
  expect(tablet.person?.personId).toBe(clinician);
  expect(await tablet.usePerson(manager)).toBe(false);
  await noteOn(tablet, "Written after the manager had left.");
  await everythingIsSent(tablet);

  const again = await world.join("office", "manager");
  expect(again.person?.personId).toBe(manager);
  await until(again, async () => (await again.unsynced()).length === 0);
});

test("[ID-36] work that only this device has keeps its author on it, until they say otherwise; then it stays, and goes out when they come back", async () => {
  const phone = await world.join("phone", "clinician");
  phone.stopSync();
  await noteOn(phone, "Not sent yet.");
  expect(await phone.leaveDevice()).toMatchObject({
    ok: false,
    error: { code: "work-unsynced", count: 1 },
  });
  expect(phone.person).not.toBe(null);
  expect(await phone.leaveDevice({ evenWithUnsynced: true })).toMatchObject({
    ok: true,
  });
  expect(phone.person).toBe(null);
  expect(await phone.unsynced()).toHaveLength(1);

  await signIn(phone, "clinician");
  phone.startSync();
  await everythingIsSent(phone);
});

test("[ID-36] without the server nobody leaves: a token that it would still take is not forgotten", async () => {
  const phone = await world.join("phone", "clinician");
  const before = phone.person;
  await world.stopServer();
  expect(await phone.leaveDevice()).toMatchObject({ ok: false });
  expect(phone.person).toEqual(before);
});
