import { changeHashSchema, organizationScope } from "@suture/schema";
import { describe, expect, test } from "vitest";
import {
  defaultBudgetLimits,
  workMsOfOpening,
} from "../limits/budget-limits.ts";
import type {
  BudgetKind,
  BudgetLimits,
  SubjectKind,
} from "../limits/budget-limits.ts";
import {
  endOfScope,
  found,
  hire,
  startOf,
  withColleague,
} from "./house.test-support.ts";
import { equipmentOf, SyncWorld } from "./sync-world.test-support.ts";

/** Little of one kind for one kind of subject; a second pays for one. */
function little(
  subject: SubjectKind,
  kind: BudgetKind,
  atOnce: number,
): BudgetLimits {
  const allowance = { atOnce, perSecond: 1 };
  return {
    ...defaultBudgetLimits,
    [subject]: { ...defaultBudgetLimits[subject], [kind]: allowance },
  };
}

describe("over budget", () => {
  // Founding is three changes, in the name of nobody's organization yet; each piece of equipment is one.
  test.each([
    ["device", 4],
    ["person", 4],
    ["organization", 1],
  ] as const)(
    "[LM-3] a push of a %s that is in debt is deferred, and accepted when its time has come",
    async (subject, atOnce) => {
      const budgets = little(subject, "changes", atOnce);
      const world = await SyncWorld.create({ budgets });
      const house = await found(world);
      const { adminClient: client } = house;
      const writer = world.writerOf(house.admin);
      const parentId = house.organizationId;
      const change = () => equipmentOf(world).create(writer, { parentId });
      client.push([change(), change(), change()]);
      await world.settle();
      client.clear();
      const later = [change()];
      const pushId = client.push(later);
      await world.settle();
      expect(client.received).toEqual([
        { type: "push-deferred", pushId, retryAfterMs: 2_000 },
      ]);
      const end = await endOfScope(world.store, house);
      world.timers.advance(2_000);
      expect(await endOfScope(world.store, house)).toEqual(end);
      client.push(later);
      await world.settle();
      expect(client.last("verdicts")?.verdicts).toMatchObject([
        { verdict: "accepted" },
      ]);
    },
  );

  test("[LM-3] on a shared tablet a push is its author's, whoever's connection it comes over", async () => {
    const world = await SyncWorld.create({
      budgets: little("person", "changes", 3),
    });
    const house = await found(world);
    const other = await world.signUp("other", house.admin.device);
    await hire(world, house, other, ["manager"]);
    const { adminClient: client } = house;
    client.clear();
    const parentId = house.organizationId;
    const create = (writer: ReturnType<typeof world.writerOf>) =>
      equipmentOf(world).create(writer, { parentId });
    client.push([create(world.writerOf(house.admin))]);
    client.push([create(world.writerOf(other))], other.token);
    await world.settle();
    expect(client.all("push-deferred").map(({ pushId }) => pushId)).toEqual([
      expect.any(Number),
    ]);
    expect(client.last("verdicts")?.verdicts).toMatchObject([
      { verdict: "accepted" },
    ]);
  });

  test("[LM-4] other requests are put off, said so, and answered in their order when their time has come", async () => {
    const world = await SyncWorld.create({
      budgets: little("device", "requests", 4),
    });
    const house = await found(world);
    const { adminClient: client } = house;
    const scopeId = organizationScope(house.organizationId);
    const cursor = await endOfScope(world.store, house);
    client.clear();
    for (let count = 0; count < 4; count += 1)
      client.send({ type: "pull", scopeId, cursor });
    client.send({ type: "ping", number: 7 });
    await world.settle();
    const answered = client.all("changes").length;
    expect(answered).toBeLessThan(4);
    expect(client.all("pong")).toEqual([]);
    const waitMs = client.last("answers-paused")?.resumeAfterMs ?? 0;
    expect(waitMs).toBeGreaterThan(0);
    world.timers.advance(waitMs - 1);
    await world.settle();
    expect(client.all("changes")).toHaveLength(answered);
    world.timers.advance(1);
    await world.settle();
    world.timers.advance(10_000);
    await world.settle();
    expect(client.all("changes")).toHaveLength(4);
    expect(client.received.at(-1)).toEqual({ type: "pong", number: 7 });
    expect(client.closed).toBeNull();
  });

  test("[LM-4] a device that is in debt and comes back is told when", async () => {
    const world = await SyncWorld.create({
      budgets: little("device", "bytes", 10),
    });
    const somebody = await world.signUp("back");
    world.connect(somebody).hello();
    await world.settle();
    const client = world.connect(somebody);
    client.hello();
    await world.settle();
    expect(client.last("busy")?.retryAfterMs).toBeGreaterThan(0);
    expect(client.closed?.name).toBe("rate-limited");
  });

  test("[LM-4] a device that opens connection after connection is told to wait, and another is not", async () => {
    const opening = 2 * workMsOfOpening;
    const world = await SyncWorld.create({
      budgets: little("device", "workMs", opening),
    });
    const restless = await world.signUp("restless");
    const open = async (somebody: typeof restless) => {
      const client = world.connect(somebody);
      client.hello();
      await world.settle();
      return client.last("busy")?.retryAfterMs ?? 0;
    };
    const waits = [];
    for (let count = 0; count < 4; count += 1) waits.push(await open(restless));
    expect(waits).toEqual([0, 0, 0, workMsOfOpening * 1_000]);
    expect(await open(await world.signUp("calm"))).toBe(0);
    world.timers.advance(workMsOfOpening * 1_000);
    expect(await open(restless)).toBe(0);
  });

  test("[LM-1] work is counted: what takes long is soon too much", async () => {
    // Whatever is measured took five milliseconds.
    let elapsedMs = 0;
    const world = await SyncWorld.create({
      budgets: little("device", "workMs", 60),
      stopwatch: { elapsedMs: () => (elapsedMs += 5) },
    });
    const house = await found(world);
    const writer = world.writerOf(house.admin);
    const parentId = house.organizationId;
    for (let count = 0; count < 10; count += 1)
      house.adminClient.push([equipmentOf(world).create(writer, { parentId })]);
    await world.settle();
    expect(house.adminClient.all("verdicts").length).toBeLessThan(10);
    expect(house.adminClient.all("answers-paused")).not.toEqual([]);
  });

  test("[LM-5] a device that wants everything leaves its colleagues what is theirs", async () => {
    const world = await SyncWorld.create({
      budgets: little("device", "changes", 40),
    });
    const { house, colleague, client } = await withColleague(world, [
      "manager",
    ]);
    const parentId = house.organizationId;
    const greedy = house.adminClient;
    for (let count = 0; count < 50; count += 1)
      greedy.push([
        equipmentOf(world).create(world.writerOf(house.admin), { parentId }),
      ]);
    client.push([
      equipmentOf(world).create(world.writerOf(colleague), { parentId }),
    ]);
    await world.settle();
    expect(greedy.all("push-deferred").length).toBeGreaterThan(0);
    expect(client.all("push-deferred")).toEqual([]);
    expect(client.last("verdicts")?.verdicts).toMatchObject([
      { verdict: "accepted" },
    ]);
  });

  test("[SY-15] a stopping server listens no more, defers what is over budget, and puts nothing off", async () => {
    const world = await SyncWorld.create({
      budgets: little("device", "requests", 4),
    });
    const house = await found(world);
    const { adminClient: client } = house;
    const scopeId = organizationScope(house.organizationId);
    const cursor = startOf(scopeId, await endOfScope(world.store, house));
    for (let count = 0; count < 5; count += 1)
      client.send({ type: "pull", scopeId, cursor });
    await world.settle();
    client.clear();
    client.send({ type: "ping", number: 1 });
    const closing = world.server.close();
    client.pair.flush();
    await closing;
    await world.settle();
    expect(client.all("pong")).toEqual([]);
    expect(client.all("changes")).toEqual([]);
    expect(client.closed?.name).toBe("server-stopping");
  });
});

describe("sockets without hello", () => {
  test("[LM-8] of more than there is room for, new ones are told when to come back", async () => {
    const world = await SyncWorld.create({
      limits: { maxUnopened: 2, busyRetryAfterMs: 9_000 },
    });
    const somebody = await world.signUp("mute");
    const house = await found(world);
    const mute = [world.connect(somebody), world.connect(somebody)];
    const third = world.connect(somebody);
    await world.settle();
    expect(third.last("busy")).toEqual({ type: "busy", retryAfterMs: 9_000 });
    expect(third.closed?.name).toBe("rate-limited");
    expect([...mute, house.adminClient].map(({ closed }) => closed)).toEqual([
      null,
      null,
      null,
    ]);
    mute[0]?.hello();
    await world.settle();
    const fourth = world.connect(somebody);
    await world.settle();
    expect(fourth.closed).toBeNull();
  });

  test("[LM-8] whoever fills the room makes way for others", async () => {
    const world = await SyncWorld.create({ limits: { maxUnopened: 3 } });
    const crowd = await world.signUp("crowd");
    const crowding = [1, 2, 3].map(() => world.connect(crowd));
    const other = world.connect(await world.signUp("other"));
    await world.settle();
    expect(other.closed).toBeNull();
    expect(crowding.map(({ closed }) => closed?.name)).toEqual([
      undefined,
      undefined,
      "rate-limited",
    ]);
  });
});

describe("people who are members of nothing", () => {
  test("[LM-8] they have a tenth of the room, and members the rest", async () => {
    const world = await SyncWorld.create({ limits: { maxSessions: 10 } });
    const house = await found(world);
    const strangers = [];
    for (const name of ["one", "two"]) {
      const stranger = world.connect(await world.signUp(name));
      stranger.hello();
      await world.settle();
      strangers.push(stranger.closed?.name);
    }
    expect(strangers).toEqual([undefined, "rate-limited"]);
    const again = world.connect(house.admin);
    again.hello();
    await world.settle();
    expect(again.last("welcome")).toBeDefined();
  });

  test("[LM-1] with ever new accounts they get no more than one person; members do not pay for them", async () => {
    const world = await SyncWorld.create({
      budgets: little("person", "requests", 12),
    });
    const house = await found(world);
    const hash = changeHashSchema.parse("0".repeat(64));
    const fetching = {
      type: "fetch" as const,
      items: [{ recordId: house.organizationId, hash }],
    };
    const ask = async (name: string) => {
      const client = world.connect(await world.signUp(name));
      client.hello();
      await world.settle();
      for (let count = 0; count < 3; count += 1) client.send(fetching);
      await world.settle();
      return client.all("fetched").length;
    };
    const answered = [];
    for (const name of ["one", "two", "three", "four", "five", "six"])
      answered.push(await ask(name));
    expect(answered[0]).toBe(3);
    expect(answered[5]).toBe(0);
    house.adminClient.clear();
    house.adminClient.send(fetching);
    await world.settle();
    expect(house.adminClient.all("fetched")).toHaveLength(1);
  });
});
