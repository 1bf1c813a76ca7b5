/** Real devices and a real server with a chaos proxy between them: whatever it does, nothing saved is lost, and it arrives once. */
import type { Client, SyncProblemCode } from "@suture/client";
import { createNodeClient, systemTimers } from "@suture/client/node";
import {
  answerLost,
  busy,
  captivePortal,
  closesAtByte,
  halfOpen,
  lateFrames,
  lossy,
  offline,
  randomNetworkFault,
  repeatedFrames,
  SeededRandom,
  slow,
  startChaosProxy,
  stripsWebSocket,
  throttled,
  vpnExpires,
  type ChaosProxy,
  type NetworkFault,
} from "@suture/client/testing";
import { statusLabels } from "@suture/schema";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

import {
  everythingIsSent,
  RealWorld,
  signIn,
  until,
} from "./real-world.test-support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: RealWorld;
let desk: Client;
/** A device, with its network between it and the server. */
interface DeviceBehindProxy {
  readonly client: Client;
  readonly proxy: ChaosProxy;
}
const devices: DeviceBehindProxy[] = [];

/** What a device waits for by itself takes a twentieth of the time: its patience with silence, and its pauses. */
const hurriedTimers = {
  after: (delayMs: number, task: () => void) =>
    systemTimers.after(delayMs / 20, task),
};

beforeAll(async () => {
  world = await RealWorld.create();
  desk = await world.join("desk", "manager");
});

afterAll(() => world.end());

afterEach(async () => {
  for (const { client, proxy } of devices.splice(0)) {
    await client.close();
    await proxy.close();
  }
});

/** A clinician's tablet that has everything. */
async function join(name: string): Promise<DeviceBehindProxy> {
  const proxy = await startChaosProxy({ to: world.url });
  const client = await createNodeClient({
    url: proxy.url,
    directory: world.directoryOf(name),
    timers: hurriedTimers,
  });
  const device = { client, proxy };
  devices.push(device);
  await signIn(client, "clinician");
  await client.catchUp();
  return device;
}

async function healAndSend({
  client,
  proxy,
}: DeviceBehindProxy): Promise<void> {
  proxy.heal();
  client.startSync();
  await everythingIsSent(client);
}

async function almaOn(client: Client) {
  const [alma] = await client.patients.list({ matching: "alma" });
  if (alma === undefined) throw new Error("Alma is not on this device");
  return alma;
}

async function writeNote(client: Client, text: string): Promise<void> {
  const form = await (await almaOn(client)).edit();
  form.draft.notes.set({ status: "active", text });
  const saved = await form.save();
  if (!saved.ok) throw new Error(saved.error.reason);
}

async function notesOn(client: Client): Promise<readonly string[]> {
  const { notes } = (await almaOn(client)).fields;
  return Object.values(notes).map(({ text }) => text);
}

const aLittleSlow = slow({
  latencyMs: 20,
  jitterMs: 20,
  bytesPerSecond: 200_000,
});

test.for<[string, readonly NetworkFault[], SyncProblemCode | undefined]>([
  ["offline", [offline()], "unreachable"],
  ["slow", [aLittleSlow], undefined],
  ["lossy", [lossy({ share: 0.9 })], "no-answer"],
  ["half-open", [halfOpen()], "no-answer"],
  [
    "closed at a byte up",
    [closesAtByte({ byte: 100, direction: "up" })],
    "unreachable",
  ],
  [
    "closed at a byte down",
    [closesAtByte({ byte: 100, direction: "down" })],
    "unreachable",
  ],
  ["late frames", [lateFrames()], undefined],
  ["repeated frames", [repeatedFrames()], undefined],
  ["an answer lost", [answerLost()], "unreachable"],
  ["a captive portal", [captivePortal()], "captive-portal"],
  ["throttled", [throttled()], "no-answer"],
  ["an expired VPN", [vpnExpires({ afterMs: 0 })], "unreachable"],
  ["WebSocket stripped", [stripsWebSocket()], "websocket-blocked"],
  [
    "busy, and what was on its way late",
    [lateFrames(), busy({ retryAfterMs: 1_000 })],
    "server-busy",
  ],
  ["a slow captive portal", [aLittleSlow, captivePortal()], "captive-portal"],
  [
    "slow, and answers lost, and frames repeated",
    [aLittleSlow, answerLost(), repeatedFrames()],
    "unreachable",
  ],
])(
  "[WO-41] %s: the device says so, keeps its work, and sends it once",
  async ([name, faults, code]) => {
    const tablet = await join(name);
    const { client, proxy } = tablet;
    for (const fault of faults) proxy.suffer(fault);
    await writeNote(client, name);
    if (code === undefined) await everythingIsSent(client);
    else {
      await until(client, () => client.syncStatus.problem?.code === code);
      expect((await almaOn(client)).status.label).toBe(statusLabels.queued);
    }
    await healAndSend(tablet);
    for (const fault of faults) expect(proxy.felt).toContain(fault.name);

    await until(desk, async () => (await notesOn(desk)).includes(name));
    const texts = await notesOn(desk);
    expect(texts.filter((text) => text === name)).toHaveLength(1);
  },
);

test("[WO-41] whatever befalls one device and another, one after the other, in the end both hold everything", async () => {
  const both = [await join("one"), await join("other")];
  const random = new SeededRandom("whatever");
  const written: string[] = [];
  for (let count = 0; count < 20; count += 1) {
    const { client, proxy } = random.pick(both);
    if (random.happens(0.3)) proxy.heal();
    proxy.suffer(randomNetworkFault(random));
    client.startSync();
    const text = `whatever ${count}`;
    await writeNote(client, text);
    written.push(text);
  }
  for (const device of both) await healAndSend(device);
  for (const { client } of both) {
    const own = async () =>
      (await notesOn(client)).filter((text) => text.startsWith("whatever"));
    await until(client, async () => (await own()).length >= written.length);
    expect((await own()).toSorted()).toEqual(written.toSorted());
  }
});
