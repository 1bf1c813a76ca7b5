/** The world itself, with the real SDK and the real server in it. */
import { offline, unfinished, type World } from "@suture/client/testing";
import { expect, test } from "vitest";

import { foundClinic, signIn, worldOf } from "./small-clinic.test-support.ts";

const devices = ["tablet", "phone"];

/** Ada is signed in on the tablet, and her organization with one team is on the server. */
async function foundedBy(world: World) {
  const client = await world.device("tablet").start();
  await signIn(world, "tablet");
  const founded = await foundClinic(world, "tablet");
  await world.act(() => client.catchUp());
  return { client, ...founded };
}

test("[WO-82] two worlds of one seed are the same to the byte, whatever happens in them; another seed is another world", async () => {
  const story = async (seed: number) => {
    const world = await worldOf({ seed, devices });
    const { client, teamId } = await foundedBy(world);
    await world.device("phone").start();
    await signIn(world, "phone");
    const team = await client.teams.get(teamId);
    if (!team.ok) throw new Error("there is no team");
    const form = await team.value.edit();
    form.draft.name = "Ward 2";
    await form.save();
    await world.run(500);
    const lines = [teamId, ...team.value.heads, world.time.nowMs];
    return [...lines, client.syncStatus.lastAnswerAtMs].join();
  };
  const first = await story(1);
  expect(await story(1)).toBe(first);
  expect(await story(2)).not.toBe(first);
});

test("[WO-83] a killed app never goes on; what it had saved is there when it opens again, and reaches the others", async () => {
  const world = await worldOf({ seed: 3, devices });
  const { client, teamId } = await foundedBy(world);
  const team = await client.teams.get(teamId);
  if (!team.ok) throw new Error("there is no team");
  const form = await team.value.edit();
  form.draft.name = "Saved";
  expect(await form.save()).toMatchObject({ ok: true });
  const next = await team.value.edit();
  next.draft.name = "On its way";
  let isTold = false;
  void next.save().then(() => (isTold = true));
  world.device("tablet").kill();
  await world.run(60_000);
  expect(isTold).toBe(false);

  const again = await world.device("tablet").start();
  await world.device("phone").start();
  await signIn(world, "phone");
  await world.act(() => again.catchUp());
  await world.run(10_000);
  const { client: phone } = world.device("phone");
  for (const device of [again, phone]) {
    const found = await device.teams.get(teamId);
    expect(found.ok && found.value.fields.name).toBe("Saved");
  }
});

test("[WO-83] a killed server has what it had answered for, and devices go on with it by themselves", async () => {
  const world = await worldOf({ seed: 4, devices });
  const { client, teamId } = await foundedBy(world);
  world.server.kill();
  await world.run(1_000);
  expect(client.syncStatus.state).not.toBe("up-to-date");
  await world.server.start();
  await world.runUntil(
    () => client.syncStatus.state === "up-to-date",
    5 * 60_000,
  );
  expect(client.syncStatus.state).toBe("up-to-date");
  await world.run(60_000);
  const team = await client.teams.get(teamId);
  expect(team.ok && team.value.status.state).toBe("confirmed");
});

test("[WO-84] a world can begin where another was: same people, same records, and a story of its own", async () => {
  const world = await worldOf({ seed: 5, devices });
  const { teamId } = await foundedBy(world);
  await world.device("tablet").close();
  await world.act(() => world.server.stop());
  const from = await world.image();
  const other = await worldOf({ seed: 6, devices: ["tablet"], from });
  expect(other.time.nowMs).toBe(from.nowMs);
  const client = await other.device("tablet").start();
  await other.act(() => client.catchUp());
  await other.run(60_000);
  const team = await client.teams.get(teamId);
  expect(team.ok && team.value.fields.name).toBe("Ward");
  expect(team.ok && team.value.status.state).toBe("confirmed");
});

test("[WO-85] what takes longer than somebody waits is unfinished, and time has passed", async () => {
  const world = await worldOf({ seed: 7, devices });
  const client = await world.device("tablet").start();
  world.device("tablet").link.suffer(offline());
  const before = world.time.nowMs;
  expect(await world.act(() => client.catchUp(), 5_000)).toBe(unfinished);
  expect(world.time.nowMs).toBe(before + 5_000);
});
