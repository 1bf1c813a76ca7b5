/** Each fault of the network with the real client and the real server: what its person is told, and that it passes. */
import type { Client } from "@suture/client";
import {
  answerLost,
  busy,
  captivePortal,
  closesAtByte,
  clockSkew,
  createWorld,
  diskFull,
  endTokensSoon,
  halfOpen,
  lateFrames,
  lossy,
  networkFaultNames,
  offline,
  randomNetworkFault,
  repeatedFrames,
  slow,
  stripsWebSocket,
  throttled,
  tokenExpires,
  unfinished,
  vpnExpires,
  type NetworkFault,
  type World,
} from "@suture/client/testing";
import type { SimulatedServer } from "@suture/server/testing";
import { expect, test, vi } from "vitest";

import {
  ada,
  foundClinic,
  signIn,
  startServer,
  worldOf,
} from "./small-clinic.test-support.ts";

// Hours pass in each.
vi.setConfig({ testTimeout: 60_000 });

const devices = ["tablet", "phone"];
const { from, teamId } = await founded();

/** Each with a problem that the person may be told while it lasts; undefined where they need not notice. */
const faults: readonly (readonly [NetworkFault, string | undefined])[] = [
  [offline(), "unreachable"],
  [slow({ latencyMs: 400, jitterMs: 400, bytesPerSecond: 8_000 }), undefined],
  [lossy({ share: 0.3 }), "no-answer"],
  [halfOpen(), "no-answer"],
  [closesAtByte({ direction: "up", byte: 700 }), "unreachable"],
  [closesAtByte({ direction: "down", byte: 300 }), "unreachable"],
  [lateFrames(), "unreachable"],
  [repeatedFrames(), undefined],
  [answerLost(), "unreachable"],
  [captivePortal(), "captive-portal"],
  [throttled(), "unreachable"],
  [vpnExpires({ afterMs: 1_000 }), "unreachable"],
  [stripsWebSocket(), "websocket-blocked"],
  [busy({ retryAfterMs: 20_000 }), "server-busy"],
];

test("[WO-1] these are all the faults there are", () => {
  const names = new Set(faults.map(([{ name }]) => name));
  expect([...names].toSorted()).toEqual(networkFaultNames);
});

test.each(
  faults.map(([fault, problem]) => [fault.name, fault, problem] as const),
)(
  "[SY-21] %s: work stays queued or is synced, never in between; the rest is told, and passes when it ends",
  async (name, fault, problem) => {
    const world = await clinicOf(1);
    const tablet = world.device("tablet");
    const { client, link } = tablet;
    const felt: string[] = [];
    link.onFelt = (what) => void felt.push(what);
    const problems = new Set<string>();
    client.watchSync(({ problem: now }) => {
      if (now !== null) problems.add(now.code);
    });
    world.suffer("tablet", fault);
    for (let count = 1; count <= 4; count += 1) {
      await rename(world, `Ward ${count}`);
      // Wherever a fault leaves the line alone, somebody closes their tablet's lid.
      if (name === "busy" || name === "repeatedFrames") link.cut();
      await world.run(45_000);
      await expectNoLabelAheadOfTheServer(world);
    }
    expect(felt).toEqual([name]);
    if (problem === undefined)
      expect(await shownOn(world, "phone")).toBe("Ward 4");
    else expect([...problems]).toContain(problem);
    expect(await world.healAndSettle()).toBeUndefined();
    expect(await shownOn(world, "phone")).toBe("Ward 4");
    const team = await client.teams.get(teamId);
    expect(team.ok && team.value.status.state).toBe("confirmed");
  },
);

test("[ID-18] signing in gives up with one sentence whatever the network does, and works afterwards", async () => {
  for (const [fault] of faults) {
    const world = await worldOf({
      seed: 2,
      devices: ["new"],
      faults: { new: [fault] },
    });
    const client = await world.device("new").start();
    const first = await world.act(() => signInAgain(client), 10 * 60_000);
    if (first === unfinished) throw new Error(`unfinished: ${fault.name}`);
    if (!first.ok) expect(first.error.isRetryable).toBe(true);
    world.heal();
    const second = await world.act(() => signInAgain(client));
    expect(second !== unfinished && second.ok).toBe(true);
  }
});

test("[WO-10] a token that ends while its connection is open is renewed, and nothing is interrupted", async () => {
  const world = await clinicOf(3);
  const { client, link } = world.device("tablet");
  world.suffer("tablet", tokenExpires({ afterMs: 90_000 }));
  await world.run(5_000);
  const connections = new Set<number>();
  link.watch(({ connection }) => connections.add(connection));
  for (let count = 1; count <= 5; count += 1) {
    await rename(world, `Ward ${count}`);
    await world.run(60_000);
  }
  expect(client.syncStatus.state).toBe("up-to-date");
  expect(connections.size).toBe(1);
  expect(await shownOn(world, "phone")).toBe("Ward 5");
});

test("[WO-10] a token that has ended while nobody could be reached is told; what was saved is kept, and goes after a new sign-in", async () => {
  const world = await clinicOf(4);
  const { client } = world.device("tablet");
  await tokensEnd(world, 60_000);
  world.suffer("tablet", offline());
  await rename(world, "Ward 9");
  await world.run(120_000);
  world.heal();
  await world.run(120_000);
  expect(client.syncStatus.problem?.code).toBe("token-expired");
  const team = await client.teams.get(teamId);
  expect(team.ok && team.value.status.state).toBe("local");
  await world.act(() => signInAgain(client));
  expect(await world.healAndSettle()).toBeUndefined();
  expect(await shownOn(world, "phone")).toBe("Ward 9");
});

test("[WO-2] two runs of one seed on a bad network are the same to the byte", async () => {
  const run = async () => {
    const world = await clinicOf(5);
    const seen: string[] = [];
    for (const { name, link } of world.devices)
      link.watch(({ kind, direction, connection, frame, atMs }) => {
        const bytes = Buffer.from(frame).toString("base64");
        seen.push(
          `${name} ${connection} ${kind} ${direction} ${atMs} ${bytes}`,
        );
      });
    for (let count = 1; count <= 6; count += 1) {
      const { name } = world.random.pick(world.devices);
      const end = world.suffer(name, randomNetworkFault(world.random));
      await rename(world, `Ward ${count}`);
      await world.run(world.random.between(100, 40_000));
      if (world.random.happens(0.7)) end();
    }
    expect(await world.healAndSettle()).toBeUndefined();
    return seen;
  };
  const first = await run();
  expect(first.length).toBeGreaterThan(30);
  expect(await run()).toEqual(first);
});

/** Replaced by ones that end so soon, with nothing renewed before the network is gone. */
async function tokensEnd(world: World, afterMs: number): Promise<void> {
  const { tokens, link } = world.device("tablet");
  const server = world.server.running;
  const fault = tokenExpires({ afterMs });
  await world.act(() => endTokensSoon(fault, { tokens, link, server }));
}

const signInAgain = (client: Client) =>
  client.signIn({ ...ada, deviceName: "new" });

test("[WO-11] a world begins with the faults it is given; healing ends those of lines, clocks and disks, and starts what is off", async () => {
  const world = await worldOf({
    seed: 6,
    devices,
    from,
    faults: {
      tablet: [offline(), diskFull(), clockSkew({ aheadMs: 1_000 })],
      server: [busy({ retryAfterMs: 1_000 })],
    },
  });
  const [tablet, phone] = devices.map((name) => world.device(name));
  const namesOf = (link?: { readonly faults: readonly NetworkFault[] }) =>
    link?.faults.map(({ name }) => name);
  expect(namesOf(tablet?.link)).toEqual(["offline", "busy"]);
  expect(namesOf(phone?.link)).toEqual(["busy"]);
  expect(tablet?.machine.disk.faults).toEqual([diskFull()]);
  expect(tablet?.machine.clock.aheadMs).toBe(1_000);
  await tablet?.start();
  await world.run(5_000);
  world.server.kill();
  if (tablet) tablet.link.latencyMs = 60_000;
  expect(await world.healAndSettle(1)).toMatch(/^tablet is still /);
  if (tablet) tablet.link.latencyMs = 20;
  expect(await world.healAndSettle()).toBeUndefined();
  expect(world.devices.map(({ isOn }) => isOn)).toEqual([true, true]);
  expect(namesOf(tablet?.link)).toEqual([]);
  expect(tablet?.machine.disk.faults).toEqual([]);
  expect(tablet?.machine.clock.aheadMs).toBe(0);
});

async function founded() {
  const world = await createWorld({ seed: 0, devices, startServer });
  for (const { name } of world.devices) {
    await world.device(name).start();
    await signIn(world, name);
  }
  const founded = await foundClinic(world, "tablet");
  await world.healAndSettle();
  for (const device of world.devices) await world.act(() => device.close());
  await world.act(() => world.server.stop());
  const image = await world.image();
  await world.close();
  return { from: image, teamId: founded.teamId };
}

/** Everybody's app is open, and up to date. */
async function clinicOf(seed: number): Promise<World<SimulatedServer>> {
  const world = await worldOf({ seed, devices, from });
  for (const device of world.devices) await device.start();
  await world.run(5_000);
  return world;
}

async function rename(world: World, name: string): Promise<void> {
  const { client } = world.device("tablet");
  const team = await client.teams.get(teamId);
  if (!team.ok) throw new Error("there is no team");
  const form = await team.value.edit();
  form.draft.name = name;
  const saved = await world.act(() => form.save());
  expect(saved !== unfinished && saved.ok).toBe(true);
}

async function shownOn(world: World, device: string): Promise<unknown> {
  const team = await world.device(device).client.teams.get(teamId);
  return team.ok && team.value.fields.name;
}

async function expectNoLabelAheadOfTheServer(
  world: World<SimulatedServer>,
): Promise<void> {
  const { client } = world.device("tablet");
  const team = await client.teams.get(teamId);
  if (!team.ok) throw new Error("there is no team");
  const { state } = team.value.status;
  if (state === "queued") return;
  expect(["synced", "confirmed"]).toContain(state);
  const name = await shownOn(world, "tablet");
  await world.run(1_000);
  expect(await shownOn(world, "phone")).toBe(name);
}
