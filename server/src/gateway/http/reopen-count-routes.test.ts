import type { DeviceId } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  createTestDevice,
  type TestDevice,
} from "../../identity/identity-world.ts";
import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";
import { reopenCountsTable } from "./reopen-counts.ts";

const dayMs = 24 * 60 * 60_000;

let world: HttpWorld;
let clinician: Asker;
let manager: Asker;
let path: string;
let tablet: TestDevice;
/** The clinician's, and the manager's. */
let deviceA: DeviceId;
let deviceB: DeviceId;
beforeEach(async () => {
  world = await createHttpWorld();
  clinician = await world.join(["clinician"]);
  manager = await world.join(["manager"]);
  tablet = await createTestDevice();
  deviceA = await register(clinician, tablet);
  deviceB = await register(manager);
  path = `/v1/organizations/${world.world.organizationId}/reopen-counts`;
});

/** The clock's day, and so many before it. */
function day(before = 0): string {
  const atMs = world.timers.now() - before * dayMs;
  return new Date(atMs).toISOString().slice(0, 10);
}

/** On the Wednesday behind the clock's start. */
function toWednesday(): void {
  const since = (new Date(world.timers.now()).getUTCDay() + 4) % 7;
  world.timers.advance((7 - since) * dayMs);
}

async function register(
  { colleague }: Pick<Asker, "colleague">,
  device?: TestDevice,
): Promise<DeviceId> {
  const { publicKey, jkt } = device ?? (await createTestDevice());
  const registered = await world.identity.devices.register({
    ...{ personId: colleague.author.personId, publicKey, jkt, name: "Tablet" },
  });
  if (!registered.ok) throw new Error(registered.error.code);
  return registered.value;
}

async function report(
  asker: Asker,
  deviceId: string,
  days: readonly (readonly [string, number, number])[],
) {
  return asker.post(path, {
    deviceId,
    days: days.map(([of, saveCount, reopenCount]) => ({
      day: of,
      saveCount,
      reopenCount,
    })),
  });
}

test("[HT-14] devices' counts are added up by week, whoever reported them", async () => {
  toWednesday();
  clinician = await world.join(["clinician"]);
  manager = await world.join(["manager"]);
  deviceA = await register(clinician);
  deviceB = await register(manager);
  expect((await report(clinician, deviceA, [[day(), 10, 2]])).status).toBe(204);
  await report(manager, deviceB, [
    [day(2), 5, 1],
    [day(3), 4, 0],
  ]);
  const { body } = await manager.get(path);
  expect(body.weeks).toEqual([
    { fromDay: day(2), saveCount: 15, reopenCount: 3, deviceCount: 2 },
    { fromDay: day(9), saveCount: 4, reopenCount: 0, deviceCount: 1 },
  ]);
});

test("[HT-14] a report that is sent again, or overtaken by an earlier one, changes nothing", async () => {
  const counts = async () => {
    const [week] = (await manager.get(path)).body.weeks;
    return [week.saveCount, week.reopenCount];
  };
  await report(clinician, deviceA, [[day(), 10, 2]]);
  await report(clinician, deviceA, [[day(), 10, 2]]);
  expect(await counts()).toEqual([10, 2]);
  await report(clinician, deviceA, [[day(), 12, 3]]);
  await report(clinician, deviceA, [[day(), 10, 2]]);
  expect(await counts()).toEqual([12, 3]);
});

test("[HT-14] counts only: nothing else is taken, and days long past or to come are not kept", async () => {
  const [asked] = [{ day: day(), saveCount: 1, reopenCount: 2 }];
  const tooMany = await clinician.post(path, {
    deviceId: deviceA,
    days: [asked],
  });
  expect(tooMany).toMatchObject({
    status: 400,
    body: { code: "request-invalid" },
  });
  await report(clinician, deviceA, [
    [day(400), 9, 9],
    [day(-30), 9, 9],
  ]);
  expect((await manager.get(path)).body.weeks).toEqual([]);
  await clinician.post(path, {
    deviceId: deviceA,
    days: [{ day: day(), saveCount: 1, reopenCount: 0, recordId: "planted" }],
  });
  const rows = await world.store.read(world.world.organizationId, (tx) =>
    tx.scan(reopenCountsTable),
  );
  expect(JSON.stringify(rows)).not.toContain("planted");
  expect(rows).toHaveLength(1);
});

test("[HT-14] members report for themselves; only managers, admins and auditors read", async () => {
  const stranger = await world.stranger();
  expect(await clinician.get(path)).toMatchObject({
    status: 403,
    body: { code: "not-permitted" },
  });
  for (const answer of [
    await stranger.get(path),
    await stranger.post(path, { deviceId: deviceA, days: [] }),
  ])
    expect(answer).toMatchObject({
      status: 404,
      body: { code: "organization-unknown" },
    });
  // On a device that both are on nothing of the other's is replaced.
  await register(manager, tablet);
  await report(clinician, deviceA, [[day(), 10, 2]]);
  await report(manager, deviceA, [[day(), 99, 0]]);
  const [week] = (await manager.get(path)).body.weeks;
  expect(week).toMatchObject({ saveCount: 109, reopenCount: 2 });
});

test("[HT-16] of a device that the person is not on nothing is kept, whether it is somebody's or nobody's", async () => {
  const nobodys = "00000000-0000-4000-8000-00000000000a";
  for (const deviceId of [deviceB, nobodys])
    expect(await report(clinician, deviceId, [[day(), 1, 0]])).toMatchObject({
      status: 404,
      body: { code: "device-unknown" },
    });
  const rows = await world.store.read(world.world.organizationId, (tx) =>
    tx.scan(reopenCountsTable),
  );
  expect(rows).toEqual([]);
});
