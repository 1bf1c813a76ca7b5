import {
  closeCodes,
  encodeFrame,
  limits,
  organizationScope,
  teamScope,
} from "@suture/schema";
import type { UnsyncedCounts } from "@suture/schema";
import { describe, expect, test, vi } from "vitest";
import { defaultSyncLimits } from "./sync-limits.ts";
import { found, hire, withColleague } from "./house.test-support.ts";
import { equipmentOf, SyncWorld } from "./sync-world.test-support.ts";

describe("opening a session", () => {
  test("[SY-1] a founder is welcomed without scopes, and granted them once the organization is there", async () => {
    const world = await SyncWorld.create();
    const { adminClient, organizationId, clinicId } = await found(world);
    expect(adminClient.last("welcome")).toMatchObject({
      memberships: [],
      scopes: [],
    });
    expect(adminClient.last("verdicts")?.verdicts).toMatchObject([
      { verdict: "accepted" },
      { verdict: "accepted" },
      { verdict: "accepted" },
    ]);
    expect(
      adminClient.all("scope-granted").map(({ scopeId }) => scopeId),
    ).toEqual([organizationScope(organizationId), teamScope(clinicId)]);
  });

  test("[SY-1] a member is welcomed with memberships, scopes and their ends, then the open reviews", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const client = world.connect(house.admin);
    client.hello();
    await world.settle();
    const welcome = client.last("welcome");
    expect(welcome?.memberships).toEqual([
      {
        organizationId: house.organizationId,
        memberId: house.admin.memberId,
        roles: ["admin", "clinician", "manager"],
        teamIds: [house.clinicId],
      },
    ]);
    expect(
      welcome?.scopes.map(({ scopeId, end }) => [scopeId, end.sequence]),
    ).toEqual([
      [organizationScope(house.organizationId), 3],
      [teamScope(house.clinicId), 0],
    ]);
    expect(welcome?.serverTimeMs).toBe(world.timers.now());
    expect(welcome?.jwks.keys).toHaveLength(1);
    expect(client.all("reviews")).toEqual([
      { type: "reviews", open: [], closed: [] },
    ]);
    expect(client.all("changes")).toEqual([]);
  });

  test("[SY-1] what a device brings is judged before it and its colleagues hear of each other", async () => {
    let isHeld = false;
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const world = await SyncWorld.create({
      yieldTurn: () => (isHeld ? held : Promise.resolve()),
    });
    const { house, colleague, client } = await withColleague(world);
    await world.server.checkpoints.flush();
    client.pair.cut();
    await world.settle();
    house.adminClient.clear();
    isHeld = true;
    const back = world.connect(colleague);
    const counts: UnsyncedCounts = {
      countsByPriority: [0, 0, 0, 1],
      oldestAgeMs: 9_000,
    };
    const people = [{ personId: colleague.personId, ...counts }];
    back.hello({}, { unsynced: { people, recordIds: [] } });
    back.push([
      equipmentOf(world).create(world.writerOf(colleague), {
        parentId: house.organizationId,
      }),
    ]);
    await vi.waitFor(() => {
      back.pair.flush();
      expect(back.all("verdicts")).toHaveLength(1);
    });
    house.adminClient.pair.flush();
    expect(back.all("reviews")).toHaveLength(1);
    expect([
      ...back.all("presence"),
      ...back.all("checkpoint"),
      ...house.adminClient.all("presence"),
    ]).toEqual([]);
    isHeld = false;
    goOn();
    await world.settle();
    expect(back.last("presence")?.deviceId).toBe(house.admin.deviceId);
    expect(back.all("checkpoint")).toHaveLength(1);
    // With what it holds by then.
    expect(house.adminClient.all("presence")).toMatchObject([
      {
        deviceId: colleague.deviceId,
        isConnected: true,
        unsynced: { countsByPriority: [0, 0, 0, 0] },
      },
    ]);
  });

  test("[SY-1] without hello in time the session ends", async () => {
    const world = await SyncWorld.create();
    const client = world.connect(await world.signUp("late"));
    world.timers.advance(defaultSyncLimits.helloDeadlineMs - 1);
    await world.settle();
    expect(client.closed).toBeNull();
    world.timers.advance(1);
    await world.settle();
    expect(client.last("error")?.code).toBe("hello-late");
    expect(client.closed?.code).toBe(closeCodes["hello-late"]);
  });

  test("[SY-1] anything else first, and a second hello, end the session", async () => {
    const world = await SyncWorld.create();
    const somebody = await world.signUp("hasty");
    const hasty = world.connect(somebody);
    hasty.send({ type: "ping", number: 1 });
    const twice = world.connect(somebody);
    twice.hello();
    twice.hello();
    await world.settle();
    expect(hasty.closed?.name).toBe("hello-expected");
    expect(hasty.all("welcome")).toEqual([]);
    expect(twice.all("welcome")).toHaveLength(1);
    expect(twice.closed?.name).toBe("hello-expected");
  });

  test("[SY-1] another protocol, a later schema and another device's name are refused", async () => {
    const world = await SyncWorld.create();
    const somebody = await world.signUp("other");
    const other = await world.signUp("another");
    const old = world.connect(somebody);
    old.hello({}, { protocolVersion: 99 });
    const newer = world.connect(somebody);
    newer.hello({}, { schemaVersion: 99 });
    const disguised = world.connect(somebody);
    disguised.hello({}, { deviceId: other.deviceId });
    await world.settle();
    expect(old.closed?.name).toBe("version-unsupported");
    expect(newer.closed?.name).toBe("version-unsupported");
    expect(disguised.closed?.name).toBe("not-authenticated");
  });

  test("[SY-10] a server that is full says when to come back", async () => {
    const world = await SyncWorld.create({
      limits: { maxSessions: 1, busyRetryAfterMs: 7_000 },
    });
    const somebody = await world.signUp("first");
    const first = world.connect(somebody);
    first.hello();
    await world.settle();
    const second = world.connect(somebody);
    second.hello();
    await world.settle();
    expect(second.last("busy")).toEqual({ type: "busy", retryAfterMs: 7_000 });
    expect(second.closed?.name).toBe("rate-limited");
    expect(first.closed).toBeNull();
  });
});

describe("connections of one device", () => {
  test("[LM-9] a fifth closes the oldest, said hello or not, and nobody else's", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const somebody = await world.signUp("many");
    const mute = world.connect(somebody);
    const clients = [1, 2, 3, 4].map(() => world.connect(somebody));
    for (const client of clients) client.hello();
    await world.settle();
    expect(mute.closed?.name).toBe("replaced");
    const fifth = world.connect(somebody);
    fifth.hello();
    await world.settle();
    expect(clients.map(({ closed }) => closed?.name)).toEqual([
      "replaced",
      undefined,
      undefined,
      undefined,
    ]);
    expect(fifth.closed).toBeNull();
    expect(house.adminClient.closed).toBeNull();
  });
});

describe("bad messages", () => {
  test.each([
    ["garbage", Uint8Array.from([9, 9, 9]), "message-malformed"],
    ["nothing", new Uint8Array(0), "message-malformed"],
    ["large garbage", new Uint8Array(4_000).fill(1), "message-malformed"],
    [
      "an oversized frame",
      new Uint8Array(limits.maxFrameBytes + 1),
      "message-too-large",
    ],
    [
      "a message of the server's",
      encodeFrame({ type: "busy", retryAfterMs: 1 }),
      "message-malformed",
    ],
  ] as const)(
    "[SY-3] %s ends its session by name, and no other",
    async (_, frame, name) => {
      const world = await SyncWorld.create();
      const house = await found(world);
      const bad = world.connect(house.admin);
      bad.hello();
      await world.settle();
      bad.pair.client.send(frame);
      await world.settle();
      expect(bad.closed?.name).toBe(name);
      expect(bad.last("error")?.code).toBe(name);
      house.adminClient.send({ type: "ping", number: 4 });
      await world.settle();
      expect(house.adminClient.last("pong")).toEqual({
        type: "pong",
        number: 4,
      });
    },
  );

  test("[SY-3] one bad change is refused in its verdict; its neighbours and the session go on", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const writer = world.writerOf(house.admin);
    const [one, two] = [equipmentOf(world), equipmentOf(world)];
    const parentId = house.organizationId;
    house.adminClient.push([
      one.create(writer, { parentId }),
      { recordId: two.recordId, bytes: Uint8Array.from([1, 2, 3]) },
      two.create(writer, { parentId }),
    ]);
    await world.settle();
    expect(
      house.adminClient.last("verdicts")?.verdicts.map((it) => it.verdict),
    ).toEqual(["accepted", "refused", "accepted"]);
    expect(house.adminClient.closed).toBeNull();
  });

  test("[SY-3] more messages than may wait end the session", async () => {
    const world = await SyncWorld.create({ limits: { maxQueuedMessages: 3 } });
    const client = world.connect(await world.signUp("flood"));
    client.hello();
    for (let count = 0; count < 4; count += 1)
      client.send({
        type: "pull-snapshot",
        scopeId: organizationScope(equipmentOf(world).recordId),
        at: null,
        after: null,
      });
    await world.settle();
    expect(client.closed?.name).toBe("rate-limited");
  });

  test("[SY-3] more bytes than may wait end the session", async () => {
    const world = await SyncWorld.create({ limits: { maxQueuedBytes: 8_192 } });
    const client = world.connect(await world.signUp("heap"));
    client.hello();
    await world.settle();
    for (let count = 0; count < 3; count += 1)
      client.pair.client.send(new Uint8Array(4_096));
    await world.settle();
    expect(client.closed?.name).toBe("rate-limited");
  });
});

describe("the life of a session", () => {
  test("[SY-13] a silent session is asked, and closed when it does not answer", async () => {
    const world = await SyncWorld.create();
    const client = world.connect(await world.signUp("silent"));
    client.hello();
    await world.settle();
    const { pingIntervalMs } = defaultSyncLimits;
    world.timers.advance(pingIntervalMs);
    await world.settle();
    expect(client.last("ping")).toEqual({ type: "ping", number: 0 });
    client.send({ type: "pong", number: 0 });
    await world.settle();
    world.timers.advance(2 * pingIntervalMs - 1);
    await world.settle();
    expect(client.closed).toBeNull();
    world.timers.advance(pingIntervalMs);
    await world.settle();
    expect(client.closed?.name).toBe("slow-reader");
  });

  test("[SY-13] a ping is answered while a push is on its way to the disk", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    house.adminClient.clear();
    const record = equipmentOf(world);
    house.adminClient.push([
      record.create(world.writerOf(house.admin), {
        parentId: house.organizationId,
      }),
    ]);
    house.adminClient.send({ type: "ping", number: 1 });
    await world.settle();
    expect(house.adminClient.received.map(({ type }) => type)).toEqual([
      "pong",
      "verdicts",
    ]);
  });

  test("[SY-14] a revoked device loses its sessions at once, and only they end", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const colleague = await world.signUp("colleague");
    await hire(world, house, colleague, ["receptionist"]);
    const client = world.connect(colleague);
    await client.join();
    await world.identity.devices.revoke(colleague.deviceId);
    await world.settle();
    expect(client.closed?.name).toBe("not-permitted");
    expect(house.adminClient.closed).toBeNull();
    expect(world.server.sessionCount).toBe(1);
  });

  test("[SY-14] a person who leaves a shared tablet loses their session, not the other's", async () => {
    const world = await SyncWorld.create();
    const one = await world.signUp("one");
    const other = await world.signUp("other", one.device);
    expect(other.deviceId).toBe(one.deviceId);
    const [ones, others] = [world.connect(one), world.connect(other)];
    ones.hello();
    others.hello();
    await world.settle();
    await world.identity.devices.leave(one.personId, one.deviceId);
    await world.settle();
    expect(ones.closed?.name).toBe("not-authenticated");
    expect(others.closed).toBeNull();
  });

  test("[SY-14] a token revoked while its socket was opened begins no session", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const colleague = await world.signUp("colleague");
    await hire(world, house, colleague, ["receptionist"]);
    // Its token was verified before, when it signed up.
    await world.identity.devices.revoke(colleague.deviceId);
    const client = world.connect(colleague);
    await client.join();
    expect(client.closed?.name).toBe("not-authenticated");
    expect(client.received.map(({ type }) => type)).toEqual(["error"]);
    expect(world.server.sessionCount).toBe(1);
  });

  test("[SY-15] a stopping server answers what it received, says so, and takes no more", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const record = equipmentOf(world);
    house.adminClient.push([
      record.create(world.writerOf(house.admin), {
        parentId: house.organizationId,
      }),
    ]);
    house.adminClient.pair.flush();
    await world.server.close();
    await world.settle();
    expect(house.adminClient.last("verdicts")?.verdicts).toMatchObject([
      { recordId: record.recordId, verdict: "accepted" },
    ]);
    expect(house.adminClient.closed?.name).toBe("server-stopping");
    const late = world.connect(house.admin);
    late.hello();
    await world.settle();
    expect(late.closed?.name).toBe("server-stopping");
  });
});
