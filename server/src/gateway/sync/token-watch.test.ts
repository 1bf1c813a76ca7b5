import { describe, expect, test } from "vitest";
import { found } from "./house.test-support.ts";
import { defaultSyncLimits } from "./sync-limits.ts";
import {
  equipmentOf,
  SyncWorld,
  type RawClient,
  type Somebody,
} from "./sync-world.test-support.ts";

const { tokenWarningMs, tokenReminderMs, tokenGraceMs } = defaultSyncLimits;
/** So that hours pass without a question in between. */
const limits = { pingIntervalMs: 400 * 24 * 3_600_000 };

describe("a token that ends while a session is open", () => {
  test("[SY-27] it is asked for a day before it ends, every hour, and at its end", async () => {
    const { world, client, expiresAtMs } = await opened();
    world.timers.advance(expiresAtMs - tokenWarningMs - 1 - world.timers.now());
    await world.settle();
    expect(client.all("token-needed")).toEqual([]);
    world.timers.advance(1);
    await world.settle();
    expect(client.all("token-needed")).toEqual([
      { type: "token-needed", expiresAtMs },
    ]);
    world.timers.advance(tokenWarningMs);
    await world.settle();
    expect(client.all("token-needed")).toHaveLength(
      1 + tokenWarningMs / tokenReminderMs,
    );
    expect(client.closed).toBeNull();
  });

  test("[SY-14] without a new one the session ends when the grace is over, however lively", async () => {
    const { world, client, expiresAtMs } = await opened();
    world.timers.advance(expiresAtMs + tokenGraceMs - 1 - world.timers.now());
    client.send({ type: "pong", number: 0 });
    await world.settle();
    expect(client.closed).toBeNull();
    world.timers.advance(1);
    await world.settle();
    expect(client.closed?.name).toBe("not-authenticated");
  });

  test("[SY-27] a renewed one keeps the session, and work in flight is answered under it", async () => {
    const { world, client, house, expiresAtMs } = await opened();
    world.timers.advance(expiresAtMs - tokenReminderMs - world.timers.now());
    const token = await renewed(world, house.admin);
    world.timers.advance(tokenReminderMs);
    const record = equipmentOf(world);
    const change = record.create(world.writerOf(house.admin), {
      parentId: house.organizationId,
    });
    client.send({ type: "token", token });
    client.push([change], token);
    await world.settle();
    expect(client.last("verdicts")?.verdicts).toMatchObject([
      { verdict: "accepted" },
    ]);
    client.clear();
    world.timers.advance(tokenGraceMs);
    await world.settle();
    expect(client.closed).toBeNull();
    expect(client.all("token-needed")).toEqual([]);
  });

  test("[SY-27] a session that opens with little left is asked at once", async () => {
    const { world, house, expiresAtMs } = await opened();
    world.timers.advance(expiresAtMs - 60_000 - world.timers.now());
    const client = world.connect(house.admin);
    client.hello();
    await world.settle();
    expect(client.all("token-needed")).toHaveLength(1);
    expect(client.received.map(({ type }) => type).at(0)).toBe("welcome");
  });

  test.each<[string, (world: SyncWorld, admin: Somebody) => Promise<string>]>([
    ["garbage", () => Promise.resolve("no token")],
    [
      "another person's on the same device",
      async (world, admin) => (await world.signUp("other", admin.device)).token,
    ],
    [
      "another device's of the same person",
      async (world) => (await world.signUp("elsewhere")).token,
    ],
  ])("[SY-27] %s ends the session", async (_, tokenOf) => {
    const { world, client, house } = await opened();
    const token = await tokenOf(world, house.admin);
    client.send({ type: "token", token });
    await world.settle();
    expect(client.closed?.name).toBe("not-authenticated");
  });
});

async function opened() {
  const world = await SyncWorld.create({ limits });
  const house = await found(world);
  const { expiresAtMs } = house.admin.caller;
  const client: RawClient = house.adminClient;
  return { world, house, client, expiresAtMs };
}

async function renewed(world: SyncWorld, admin: Somebody): Promise<string> {
  const grant = await world.identity.renewSyncToken(admin.caller);
  if (!grant.ok) throw new Error(grant.error.code);
  return grant.value.syncToken;
}
