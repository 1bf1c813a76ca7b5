import {
  firstChain,
  limits,
  nextChain,
  organizationScope,
  patient,
} from "@suture/schema";
import { describe, expect, test } from "vitest";
import { RecordWriter } from "../../sample/record-writer.ts";
import {
  endOfScope,
  found,
  hire,
  startOf,
  withColleague,
} from "./house.test-support.ts";
import { equipmentOf, SyncWorld } from "./sync-world.test-support.ts";
import type { RawClient } from "./sync-world.test-support.ts";

describe("rows", () => {
  test("[SY-5] a live device gets a colleague's rows with their bytes, its own without", async () => {
    const world = await SyncWorld.create();
    const { house, client } = await withColleague(world);
    const author = world.connect(house.admin);
    await author.join();
    author.clear();
    const change = equipmentOf(world).create(world.writerOf(house.admin), {
      parentId: house.organizationId,
    });
    author.push([change]);
    await world.settle();
    const [theirs] = client.last("changes")?.rows ?? [];
    expect(theirs).toMatchObject({ hash: change.hash, isReadable: true });
    expect(theirs?.bytes).toEqual(change.bytes);
    const own = author.last("changes");
    expect(own?.rows).toMatchObject([
      { hash: change.hash, isReadable: true, bytes: null },
    ]);
    expect(own?.cursor).toEqual(client.last("changes")?.cursor);
    expect(own?.hasMore).toBe(false);
  });

  test("[SY-6] each row's chain follows from the row before, and the cursor is the last one's", async () => {
    const world = await SyncWorld.create();
    const { house, client } = await withColleague(world);
    const scopeId = organizationScope(house.organizationId);
    const end = await endOfScope(world.store, house);
    client.send({ type: "pull", scopeId, cursor: startOf(scopeId, end) });
    await world.settle();
    const page = client.last("changes");
    const chain = (page?.rows ?? []).reduce(
      nextChain,
      firstChain(scopeId, end.epoch),
    );
    expect(page?.rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(chain).toBe(end.chain);
    expect(page?.cursor).toEqual(end);
  });

  test("[SY-6] types a role may not read keep their place in the chain, without bytes", async () => {
    const world = await SyncWorld.create();
    const { house, client } = await withColleague(world, ["technician"]);
    const record = new RecordWriter(patient, world.random);
    house.adminClient.push([
      record.create(world.writerOf(house.admin), {
        parentId: house.organizationId,
      }),
    ]);
    await world.settle();
    const [row] = client.last("changes")?.rows ?? [];
    expect(row).toMatchObject({
      recordId: record.recordId,
      isReadable: false,
      bytes: null,
    });
    const { recordId } = record;
    const hash = row?.hash ?? never();
    client.send({ type: "fetch", items: [{ recordId, hash }] });
    const scopeId = organizationScope(house.organizationId);
    client.send({ type: "pull-snapshot", scopeId, at: null, after: null });
    await world.settle();
    expect(client.last("fetched")?.items).toMatchObject([{ bytes: null }]);
    expect(
      client.last("snapshot")?.records.map((held) => held.recordId),
    ).not.toContain(recordId);
  });

  test("[SY-5] a device that was away gets pages, one asked for after the other, then live rows", async () => {
    const world = await SyncWorld.create();
    const { house, colleague, client } = await withColleague(world);
    const scopeId = organizationScope(house.organizationId);
    const left = await endOfScope(world.store, house);
    client.pair.cut();
    const writer = world.writerOf(house.admin);
    const record = equipmentOf(world);
    const changes = [
      record.create(writer, { parentId: house.organizationId }),
      ...Array.from({ length: limits.maxPageChanges + 20 }, (_, number) =>
        record.edit(writer, { fields: { modelNumber: `M${number}` } }),
      ),
    ];
    for (let at = 0; at < changes.length; at += limits.maxBatchChanges)
      house.adminClient.push(changes.slice(at, at + limits.maxBatchChanges));
    await world.settle();

    const back = world.connect(colleague);
    back.hello({ [scopeId]: left });
    await world.settle();
    expect(back.all("changes")).toHaveLength(1);
    const [first] = back.all("changes");
    expect(first).toMatchObject({ hasMore: true });
    expect(first?.rows.length).toBeGreaterThan(100);
    house.adminClient.push([
      record.edit(writer, { fields: { modelNumber: "between" } }),
    ]);
    await world.settle();
    expect(back.all("changes")).toHaveLength(1);
    let page = first;
    for (let asked = 2; page?.hasMore === true; asked += 1) {
      back.send({ type: "pull", scopeId, cursor: page.cursor });
      await world.settle();
      expect(back.all("changes")).toHaveLength(asked);
      page = back.last("changes");
    }
    house.adminClient.push([
      record.edit(writer, { fields: { modelNumber: "live" } }),
    ]);
    await world.settle();
    expect(back.last("changes")?.rows).toHaveLength(1);
    const sequences = back
      .all("changes")
      .flatMap(({ rows }) => rows.map(({ sequence }) => sequence));
    expect(sequences).toEqual(
      Array.from(
        { length: limits.maxPageChanges + 23 },
        (_, at) => left.sequence + 1 + at,
      ),
    );
  });

  test("[SY-5] a slow reader is told that there is more instead of being sent it, and pulls", async () => {
    const world = await SyncWorld.create({
      limits: { slowReaderBytes: 2_000 },
    });
    const { house, client } = await withColleague(world);
    const scopeId = organizationScope(house.organizationId);
    const left = await endOfScope(world.store, house);
    const writer = world.writerOf(house.admin);
    const record = equipmentOf(world);
    const push = async (change: ReturnType<typeof record.edit>) => {
      house.adminClient.push([change]);
      house.adminClient.pair.flush();
      await world.server.settle();
    };
    await push(record.create(writer, { parentId: house.organizationId }));
    for (let number = 0; number < 20; number += 1)
      await push(
        record.edit(writer, { fields: { modelNumber: `M${number}` } }),
      );
    expect(client.pair.server.bufferedBytes).toBeLessThan(4_000);
    await world.settle();
    const last = client.last("changes");
    expect(last).toMatchObject({ rows: [], hasMore: true });
    client.send({ type: "pull", scopeId, cursor: last?.cursor ?? left });
    await world.settle();
    expect(client.last("changes")?.cursor).toEqual(
      await endOfScope(world.store, house),
    );
    const sequences = client
      .all("changes")
      .flatMap(({ rows }) => rows.map(({ sequence }) => sequence));
    expect(sequences).toEqual(
      Array.from({ length: 21 }, (_, at) => left.sequence + 1 + at),
    );
  });

  test("[SY-5] thirty live devices get every row once, in order, in the same bytes", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const people = await Promise.all(
      Array.from({ length: 30 }, (_, number) => world.signUp(`p${number}`)),
    );
    const clients: RawClient[] = [];
    for (const person of people) {
      await hire(world, house, person, ["technician"]);
      const client = world.connect(person);
      await client.join();
      clients.push(client);
    }
    for (const client of clients) client.clear();
    const left = await endOfScope(world.store, house);
    for (const [number, person] of people.entries()) {
      clients[number]?.push([
        equipmentOf(world).create(world.writerOf(person), {
          parentId: house.organizationId,
        }),
      ]);
    }
    await world.settle();
    const end = await endOfScope(world.store, house);
    expect(end.sequence).toBe(left.sequence + 30);
    for (const client of clients) {
      const rows = client.all("changes").flatMap(({ rows: some }) => some);
      expect(rows.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 30 }, (_, at) => left.sequence + 1 + at),
      );
      expect(rows.filter(({ bytes }) => bytes === null)).toHaveLength(1);
      expect(client.last("changes")?.cursor).toEqual(end);
    }
  });

  test("[SY-9] own rows, and any that may be read, are fetched by name; what is unknown and what is not permitted answer the same", async () => {
    const world = await SyncWorld.create();
    const { house, client } = await withColleague(world);
    const change = equipmentOf(world).create(world.writerOf(house.admin), {
      parentId: house.organizationId,
    });
    house.adminClient.push([change]);
    await world.settle();
    const unknown = equipmentOf(world).create(world.writerOf(house.admin), {
      parentId: house.organizationId,
    });
    const items = [change, unknown].map(({ recordId, hash }) => ({
      recordId,
      hash,
    }));
    house.adminClient.send({ type: "fetch", items });
    const stranger = world.connect(await world.signUp("stranger"));
    stranger.hello();
    stranger.send({ type: "fetch", items });
    client.send({ type: "fetch", items });
    await world.settle();
    for (const each of [house.adminClient, client])
      expect(each.last("fetched")?.items.map(({ bytes }) => bytes)).toEqual([
        change.bytes,
        null,
      ]);
    expect(stranger.last("fetched")?.items).toMatchObject([
      { bytes: null },
      { bytes: null },
    ]);
  });
});

function never(): never {
  throw new Error("no such record");
}
