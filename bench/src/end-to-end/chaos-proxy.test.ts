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
  repeatedFrames,
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
let proxy: ChaosProxy;
let tablet: Client;

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
  await tablet.close();
  await proxy.close();
});

/** A clinician's tablet that has everything, with its network between it and the server. */
async function joinThroughProxy(device: string): Promise<void> {
  proxy = await startChaosProxy({ to: world.url });
  tablet = await createNodeClient({
    url: proxy.url,
    directory: world.directoryOf(device),
    timers: hurriedTimers,
  });
  await signIn(tablet, "clinician");
  await tablet.catchUp();
}

async function almaOn(client: Client) {
  const [alma] = await client.patients.list({ matching: "alma" });
  if (alma === undefined) throw new Error("Alma is not on this device");
  return alma;
}

async function writeNote(text: string): Promise<void> {
  const form = await (await almaOn(tablet)).edit();
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
    await joinThroughProxy(name);
    for (const fault of faults) proxy.suffer(fault);
    await writeNote(name);
    if (code !== undefined) {
      await until(tablet, () => tablet.syncStatus.problem?.code === code);
      expect((await almaOn(tablet)).status.label).toBe(statusLabels.queued);
    } else await everythingIsSent(tablet);
    proxy.heal();
    tablet.startSync();
    await everythingIsSent(tablet);
    for (const fault of faults) expect(proxy.felt).toContain(fault.name);

    await until(desk, async () => (await notesOn(desk)).includes(name));
    const texts = await notesOn(desk);
    expect(texts.filter((text) => text === name)).toHaveLength(1);
  },
);
