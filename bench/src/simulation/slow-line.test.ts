/** Lines so slow that what is to be sent takes minutes: it goes piece by piece, the most urgent first. */
import {
  offline,
  slow,
  type SimulatedLink,
  type World,
} from "@suture/client/testing";
import type { SimulatedServer } from "@suture/server/testing";
import { expect, test, vi } from "vitest";

import {
  done,
  foundClinic,
  signIn,
  worldOf,
} from "./small-clinic.test-support.ts";

vi.setConfig({ testTimeout: 60_000 });

const devices = ["tablet", "phone"];

/** A bad day on a mobile network: a device waits fifteen seconds for an answer. */
const badLine = (bytesPerSecond: number) =>
  slow({ latencyMs: 300, jitterMs: 100, bytesPerSecond });

test("[SY-30] what takes minutes on a slow line arrives piece by piece over one connection, both ways", async () => {
  const world = await clinic();
  const [tablet, phone] = devices.map((name) => world.device(name));
  if (tablet === undefined || phone === undefined) throw new Error("no device");
  const end = world.suffer("tablet", offline());
  await writeNames(world, "tablet", 200);
  phone.kill();
  end();
  world.suffer("tablet", badLine(2_000));
  const connections = connectionsOf(tablet.link);
  await world.run(10 * 60_000);
  expect(await tablet.client.unsynced()).toEqual([]);
  expect(tablet.client.syncStatus.state).toBe("up-to-date");
  expect(connections.size).toBe(1);

  world.suffer("phone", badLine(1_000));
  const phoneConnections = connectionsOf(phone.link);
  const client = await phone.start();
  await world.run(10 * 60_000);
  expect(client.syncStatus.state).toBe("up-to-date");
  expect(phoneConnections.size).toBe(1);
  const [here] = await tablet.client.teams.list();
  const [there] = await client.teams.list();
  expect(there?.fields.name).toBe(here?.fields.name);
});

test("[SY-1] a hello that takes longer than usual is waited for", async () => {
  const world = await clinic();
  const { link } = world.device("tablet");
  world.suffer(
    "tablet",
    slow({ latencyMs: 2_500, jitterMs: 0, bytesPerSecond: 1_000 }),
  );
  link.cut();
  await world.run(60_000);
  const { client } = world.device("tablet");
  expect(client.syncStatus.state).toBe("up-to-date");
});

/** Those that the device uses from now on. */
function connectionsOf(link: SimulatedLink): ReadonlySet<number> {
  const connections = new Set<number>();
  // An old one may still be open for the server.
  link.watch(({ connection, direction }) => {
    if (direction === "up") connections.add(connection);
  });
  return connections;
}

async function clinic(): Promise<World<SimulatedServer>> {
  const world = await worldOf({ seed: 1, devices });
  for (const { name } of world.devices) {
    await world.device(name).start();
    await signIn(world, name);
  }
  await foundClinic(world, "tablet");
  expect(await world.healAndSettle()).toBeUndefined();
  return world;
}

/** Each of some 350 bytes that hardly compress. */
async function writeNames(
  world: World,
  device: string,
  count: number,
): Promise<void> {
  const { client } = world.device(device);
  const [team] = await client.teams.list();
  if (team === undefined) throw new Error("there is no team");
  for (let number = 0; number < count; number += 1) {
    const form = await team.edit();
    form.draft.name = Buffer.from(world.random.bytes(140)).toString("base64");
    await done(world, () => form.save());
  }
}
