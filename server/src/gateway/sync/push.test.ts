import { appointment, team } from "@suture/schema";
import { describe, expect, test } from "vitest";
import { RecordWriter } from "../../sample/record-writer.ts";
import {
  endOfScope,
  found,
  hire,
  withColleague,
} from "./house.test-support.ts";
import { equipmentOf, SyncWorld } from "./sync-world.test-support.ts";

describe("pushes", () => {
  test("[SY-5] the same push again gets the same verdicts with the same places, and appends nothing", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const record = equipmentOf(world);
    const change = record.create(world.writerOf(house.admin), {
      parentId: house.organizationId,
    });
    house.adminClient.push([change]);
    await world.settle();
    const first = house.adminClient.last("verdicts")?.verdicts[0];
    const before = await endOfScope(world.store, house);
    house.adminClient.push([change]);
    house.adminClient.push([change, change]);
    await world.settle();
    expect(first).toMatchObject({ verdict: "accepted" });
    for (const { verdicts } of house.adminClient.all("verdicts").slice(-2))
      for (const verdict of verdicts)
        expect(verdict).toEqual({ ...first, verdict: "duplicate" });
    expect(await endOfScope(world.store, house)).toEqual(before);
  });

  test("[SY-5] a push whose answer was lost is durable, and answered when it is sent again", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const change = equipmentOf(world).create(world.writerOf(house.admin), {
      parentId: house.organizationId,
    });
    house.adminClient.push([change]);
    house.adminClient.pair.flush();
    await world.server.settle();
    house.adminClient.pair.cut();
    const again = world.connect(house.admin);
    again.hello();
    again.push([change]);
    await world.settle();
    expect(again.last("verdicts")?.verdicts).toMatchObject([
      { hash: change.hash, verdict: "duplicate", places: [{ sequence: 4 }] },
    ]);
  });

  test("[SY-5] pushes in flight are answered in their order, each finding the one before", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const writer = world.writerOf(house.admin);
    const record = equipmentOf(world);
    const changes = [
      record.create(writer, { parentId: house.organizationId }),
      ...Array.from({ length: 9 }, (_, number) =>
        record.edit(writer, { fields: { modelNumber: `M${number}` } }),
      ),
    ];
    house.adminClient.clear();
    const ids = changes.map((change) => house.adminClient.push([change]));
    await world.settle();
    const answers = house.adminClient.all("verdicts");
    expect(answers.map(({ pushId }) => pushId)).toEqual(ids);
    for (const { verdicts } of answers)
      expect(verdicts).toMatchObject([{ verdict: "accepted" }]);
  });

  test("[SY-5] a colleague's work on a shared tablet is theirs; with their sign-in over it waits, and the session goes on", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const colleague = await world.signUp("colleague", house.admin.device);
    await hire(world, house, colleague, ["technician"]);
    const [one, two] = [equipmentOf(world), equipmentOf(world)];
    const writer = world.writerOf(colleague);
    const parentId = house.organizationId;
    house.adminClient.push([one.create(writer, { parentId })], colleague.token);
    await world.settle();
    expect(house.adminClient.last("verdicts")?.verdicts).toMatchObject([
      { verdict: "accepted" },
    ]);
    await world.identity.devices.leave(colleague.personId, colleague.deviceId);
    const change = two.create(writer, { parentId });
    house.adminClient.push([change], colleague.token);
    await world.settle();
    expect(house.adminClient.last("verdicts")?.verdicts).toMatchObject([
      {
        recordId: two.recordId,
        hash: change.hash,
        verdict: "refused",
        code: "author-unknown",
        isRetryable: true,
      },
    ]);
    expect(house.adminClient.closed).toBeNull();
  });

  test("[SY-5] a token of another device ends the session", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const thief = await world.signUp("thief");
    const client = world.connect(thief);
    client.hello();
    client.push(
      [
        equipmentOf(world).create(world.writerOf(house.admin), {
          parentId: house.organizationId,
        }),
      ],
      house.admin.token,
    );
    await world.settle();
    expect(client.closed?.name).toBe("not-authenticated");
    expect(client.all("verdicts")).toEqual([]);
  });

  test("[SY-5] what had waited for its parent is told to its device once it is judged", async () => {
    const world = await SyncWorld.create();
    const { house, colleague, client } = await withColleague(world, [
      "admin",
      "receptionist",
    ]);
    const late = new RecordWriter(team, world.random);
    const waiting = new RecordWriter(appointment, world.random);
    const change = waiting.create(world.writerOf(colleague), {
      parentId: late.recordId,
    });
    client.push([change]);
    await world.settle();
    expect(client.last("verdicts")?.verdicts).toMatchObject([
      { verdict: "waiting", code: "parent-not-here" },
    ]);
    house.adminClient.push([
      late.create(world.writerOf(house.admin), {
        parentId: house.organizationId,
      }),
    ]);
    await world.settle();
    expect(client.last("verdicts")).toMatchObject({
      pushId: null,
      verdicts: [{ hash: change.hash }],
    });
  });
});
