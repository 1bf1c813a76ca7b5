/** An app's own record types in a simulated world: its screens are tested like ours. */
import {
  captivePortal,
  clockJumps,
  createWorld,
  offline,
  type World,
  type WorldDevice,
} from "@suture/client/testing";
import { simulatedServer, type SimulatedServer } from "@suture/server/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

import { ada, FridgeScreen, records } from "./fridge-app.test-support.ts";

const minuteMs = 60_000;

let world: World<SimulatedServer>;

beforeEach(async () => {
  const startServer = await simulatedServer({ records, accounts: [ada] });
  world = await createWorld({
    seed: 1,
    devices: ["ward", "pharmacy"],
    startServer,
    records,
  });
});

afterEach(() => world.close());

async function openScreen(device: WorldDevice): Promise<FridgeScreen> {
  const client = await device.start();
  await world.act(() => client.signIn({ ...ada, deviceName: device.name }));
  await world.act(() => client.catchUp());
  return FridgeScreen.open(client);
}

test("[WO-47] what a record type of an app's own says goes from device to device, and a conflict in it is one on each", async () => {
  const [ward, pharmacy] = [world.device("ward"), world.device("pharmacy")];
  const onWard = await openScreen(ward);
  await onWard.writeDown("4.8");
  await world.run(minuteMs);
  const inPharmacy = await openScreen(pharmacy);
  await world.run(minuteMs);
  expect(inPharmacy.text).toBe(onWard.text);

  world.suffer("ward", offline());
  world.suffer("pharmacy", captivePortal());
  world.suffer("pharmacy", clockJumps({ byMs: -3 * 365 * 24 * 60 * minuteMs }));
  await onWard.writeDown("9.5");
  await onWard.judge("spoiled");
  await inPharmacy.writeDown("4.9");
  await inPharmacy.judge("to be checked");
  await world.run(minuteMs);
  expect(onWard.text.split("\n")).toEqual([
    "Ward 2",
    "4.8 °C",
    "9.5 °C",
    "The vaccines are spoiled.",
    "Saved locally. Will sync on reconnect.",
    "The server cannot be reached.",
  ]);

  world.heal();
  await world.run(2 * minuteMs);
  expect(onWard.text.split("\n").toSorted()).toEqual([
    "4.8 °C",
    "4.9 °C",
    "9.5 °C",
    "Conflict — tap to review.",
    "Opinions differ: do not use these vaccines.",
    "Ward 2",
  ]);
  expect(inPharmacy.text).toBe(onWard.text);
});
