/** What a server refused, and what had been built on it, over real sockets: on the device that wrote it and on a colleague's. */
import type { Client } from "@suture/client";
import { statusLabels } from "@suture/schema";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

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

async function patientNamed(client: Client, name: string) {
  const [found] = await client.patients.list({ matching: name });
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

test("[SW-5] a clinician who became a receptionist while offline: the measurement is kept, what was written after it is admitted", async () => {
  const tablet = await world.join("tablet", "clinician");
  const desk = await world.join("desk", "receptionist");
  const office = await world.join("office", "admin");
  tablet.stopSync();
  const memberId = tablet.memberships[0]?.memberId;
  const alma = await patientNamed(tablet, "alma");
  const view = await tablet.openRepoView();
  const handle = await view.find(alma.id);
  if (!handle.ok) throw new Error(handle.error.code);

  const weighing = await alma.edit();
  weighing.draft.measurements.set({
    status: "final",
    code: { text: "body weight" },
    value: { value: "61.5", unit: "kg" },
  });
  const weighed = await weighing.save();
  const calling = await alma.edit();
  calling.draft.telecom.set({ status: "active", value: "+263 77 000 111" });
  const called = await calling.save();
  if (!weighed.ok || !called.ok) throw new Error("they were not saved");

  const member = (await office.members.list({ limit: 100 })).find(
    ({ id }) => id === memberId,
  );
  const change = await member?.edit();
  if (change === undefined) throw new Error("the admin has no such member");
  change.draft.membership.roles = ["receptionist"];
  expect(await change.save()).toMatchObject({ ok: true });
  await everythingIsSent(office);

  const repainted = new Promise<void>((resolve) => {
    handle.value.on("change", ({ doc }) => {
      if (!Object.keys(doc).some((key) => key.startsWith("measurements/")))
        resolve();
    });
  });
  tablet.startSync();
  await until(tablet, async () => (await tablet.stranded()).length === 2);
  await everythingIsSent(tablet);
  const theirs = await patientNamed(desk, "alma");
  await until(desk, () =>
    Object.values(theirs.fields.telecom).some(
      ({ value }) => value === "+263 77 000 111",
    ),
  );
  await repainted;

  expect(alma.status.label).toBe(statusLabels.refused);
  await view.close();
  await world.close(tablet);
  const again = await world.open("tablet");
  const [first, second] = await again.stranded();
  expect(first).toMatchObject({
    hash: weighed.value.hashes[0],
    code: "not-permitted",
    memberId,
    tried: [{ name: "measurements", before: [] }],
    reexpressedAs: null,
  });
  expect(second).toMatchObject({
    hash: called.value.hashes[0],
    code: "depends-on-refused",
    reexpressedAs: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(theirs.history().map(({ hash }) => hash)).toContain(
    second?.reexpressedAs,
  );
});
