/** A device whose copy lied, seen by the honest person who holds it: over real sockets and HTTP. */
import {
  actorIdSchema,
  hexToBytes,
  composeChange,
  decodeChange,
  defaultChangeLimits,
  statusLabels,
} from "@suture/schema";
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

test("[EV-8] its work waits and says why; once an admin lets it go on, all of it goes", async () => {
  const tablet = await world.join("tablet", "clinician");
  const desk = await world.join("desk", "receptionist");
  const [alma] = await tablet.patients.list({ matching: "alma" });
  if (alma === undefined) throw new Error("there is no Alma");
  const note = async (text: string) => {
    const form = await alma.edit();
    form.draft.notes.set({ status: "active", text });
    expect(await form.save()).toMatchObject({ ok: true });
  };

  tablet.stopSync();
  await note("Slept well.");
  const [sent] = (await tablet.exportUnsynced()).changes;
  const first =
    sent && decodeChange(hexToBytes(sent.bytes), defaultChangeLimits);
  if (sent === undefined || !first?.ok) throw new Error("nothing was written");
  tablet.startSync();
  await everythingIsSent(tablet);
  const ops = [{ key: "maritalStatus", pred: [], set: "S" }];
  const other = composeChange({
    ...first.value,
    actor: actorIdSchema.parse(first.value.actor),
    timeMs: 0,
    ops,
  });
  const [fork] = await world.forge(tablet, sent.recordId, other);
  expect(fork).toMatchObject({ code: "sequence-fork" });

  await note("Ate little.");
  await note("Sister called.");
  const isHeld = async () =>
    (await tablet.unsynced()).filter(({ reason }) => reason !== null);
  await until(tablet, async () => (await isHeld()).length === 2);
  for (const { label, reason } of await tablet.unsynced()) {
    expect(label).toBe(statusLabels.local);
    expect(reason).toBe(
      "Its device is quarantined until an admin has looked at it.",
    );
  }
  expect(alma.status.label).toBe(statusLabels.local);
  expect(await tablet.stranded()).toEqual([]);

  const ofAdmin = await world.ask("admin");
  const organizationId = tablet.memberships[0]?.organizationId;
  const path = `/v1/organizations/${organizationId}/devices`;
  expect((await ofAdmin(path)).body).toMatchObject({
    devices: expect.arrayContaining([
      expect.objectContaining({ deviceId: tablet.person?.deviceId }),
    ]),
  });
  const released = await ofAdmin(
    `${path}/${tablet.person?.deviceId}/release`,
    {},
  );
  expect(released.status).toBe(204);
  // Released, it connects anew; what it writes meanwhile goes with the rest.
  await note("Home tomorrow.");
  await everythingIsSent(tablet);
  const [theirs] = await desk.patients.list({ matching: "alma" });
  await until(desk, () =>
    ["Ate little.", "Sister called.", "Home tomorrow."].every((text) =>
      Object.values(theirs?.fields.notes ?? {}).some(
        (held) => held.text === text,
      ),
    ),
  );
});
