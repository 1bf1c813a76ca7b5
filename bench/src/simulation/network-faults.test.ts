/** Each fault of the network with the real client and the real server: what its person is told, and that it passes. */
import {
  answerLost,
  busy,
  captivePortal,
  closesAtByte,
  createWorld,
  halfOpen,
  lateFrames,
  lossy,
  networkFaultNames,
  offline,
  repeatedFrames,
  slow,
  stripsWebSocket,
  throttled,
  unfinished,
  vpnExpires,
  type NetworkFault,
  type World,
} from "@suture/client/testing";
import { simulatedServer, type SimulatedServer } from "@suture/server/testing";
import { afterEach, expect, test } from "vitest";

const ada = {
  email: "ada@clinic.example",
  name: "Ada",
  password: "long-password-1",
};
const startServer = await simulatedServer({ accounts: [ada] });
const devices = ["tablet", "phone"];
const { image, teamId } = await founded();

let open: World<SimulatedServer>[] = [];
afterEach(async () => {
  for (const world of open) await world.close();
  open = [];
});

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
    const world = await worldOf(1);
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

async function founded() {
  const world = await createWorld({ seed: 0, devices, startServer });
  for (const device of world.devices) {
    const client = await device.start();
    const signedIn = await world.act(() =>
      client.signIn({ ...ada, deviceName: device.name }),
    );
    if (signedIn === unfinished || !signedIn.ok) throw new Error("no sign-in");
  }
  const { client } = world.device("tablet");
  const made = await world.act(() =>
    client.foundOrganization({
      organizationName: "Clinic",
      teamName: "Ward",
      teamKind: "clinic",
      founderName: "Ada Lovelace",
    }),
  );
  if (made === unfinished || !made.ok) throw new Error("not founded");
  await world.healAndSettle();
  for (const device of world.devices) await world.act(() => device.close());
  await world.act(() => world.server.stop());
  const kept = await world.image();
  await world.close();
  return { image: kept, teamId: made.value.teamId };
}

async function worldOf(seed: number): Promise<World<SimulatedServer>> {
  const world = await createWorld({ seed, devices, startServer, from: image });
  open.push(world);
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
