import {
  chainHashSchema,
  deviceIdSchema,
  organizationScope,
  recordIdSchema,
  type RecordId,
} from "@suture/schema";
import { describe, expect, test } from "vitest";
import { furthestSent } from "../../log/deliveries.ts";
import {
  endOfScope,
  found,
  hire,
  withColleague,
  type House,
} from "./house.test-support.ts";
import { SnapshotProgress } from "./snapshot-progress.ts";
import {
  equipmentOf,
  SyncWorld,
  type Somebody,
} from "./sync-world.test-support.ts";

describe("snapshots", () => {
  test("[SY-8] a new device gets whole records as of one point, then the tail from there", async () => {
    const world = await SyncWorld.create();
    const { house, colleague } = await withColleague(world);
    const scopeId = organizationScope(house.organizationId);
    const writer = world.writerOf(house.admin);
    const records = Array.from({ length: 4 }, () => equipmentOf(world));
    const big = "x".repeat(4_000);
    for (const record of records) {
      house.adminClient.push([
        record.create(writer, { parentId: house.organizationId }),
        ...Array.from({ length: 200 }, () =>
          record.edit(writer, { entries: { notes: noteOf(world, big) } }),
        ),
      ]);
    }
    await world.settle();
    const client = world.connect(colleague);
    client.hello();
    await world.settle();
    client.send({ type: "pull-snapshot", scopeId, at: null, after: null });
    await world.settle();
    const pages = client.all("snapshot");
    const at = pages[0]?.at;
    if (at === undefined) throw new Error("no page");
    expect(pages[0]?.next).not.toBeNull();
    house.adminClient.push([
      records[0]?.edit(writer, { fields: { modelNumber: "later" } }) ?? never(),
    ]);
    await world.settle();
    for (let next = pages[0]?.next ?? null; next !== null;) {
      client.send({ type: "pull-snapshot", scopeId, at, after: next });
      await world.settle();
      next = client.last("snapshot")?.next ?? null;
    }
    const snapshot = client.all("snapshot").flatMap((page) => page.records);
    const ids = snapshot.map(({ recordId }) => recordId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const record of records) {
      const held = snapshot.find((it) => it.recordId === record.recordId);
      expect(held?.changes).toHaveLength(201);
    }
    client.send({ type: "pull", scopeId, cursor: at });
    await world.settle();
    expect(client.last("changes")?.rows).toHaveLength(1);
    expect(client.last("changes")?.cursor).toEqual(
      await endOfScope(world.store, house),
    );
  });
});

test("[SY-31] records are given whole by name, as many of the first as one message holds", async () => {
  const world = await SyncWorld.create();
  const { house, client } = await withColleague(world);
  const writer = world.writerOf(house.admin);
  const records = [0, 1].map(() => equipmentOf(world));
  for (const record of records)
    house.adminClient.push([
      record.create(writer, { parentId: house.organizationId }),
      ...Array.from({ length: 100 }, () =>
        record.edit(writer, {
          entries: { notes: noteOf(world, "x".repeat(4_000)) },
        }),
      ),
    ]);
  await world.settle();
  const [first, second] = records.map(({ recordId }) => recordId);
  if (first === undefined || second === undefined) return never();
  const counts = async (recordIds: RecordId[]) => {
    client.send({
      type: "fetch-records",
      scopeId: organizationScope(house.organizationId),
      recordIds,
    });
    await world.settle();
    const answer = client.last("records");
    return answer?.records.map(({ changes }) => changes.length);
  };
  expect(await counts([first, second])).toEqual([101]);
  expect(await counts([second])).toEqual([101]);
  expect(await counts([recordOf(7)])).toEqual([0]);
});

describe("what a snapshot is evidence of", () => {
  test("[SY-12] naming a record far behind is no evidence that what is before it was sent", async () => {
    const { house, colleague, world, client, scopeId } = await newDevice();
    const after = recordIdSchema.parse("z".repeat(30));
    client.send({ type: "pull-snapshot", scopeId, at: null, after });
    await world.settle();
    expect(client.last("snapshot")).toMatchObject({ records: [], next: null });
    expect(await deliveredTo(world, house, colleague)).toBeUndefined();
    client.send({ type: "pull-snapshot", scopeId, at: null, after: null });
    await world.settle();
    const at = client.last("snapshot")?.at.sequence;
    expect(await deliveredTo(world, house, colleague)).toBe(at);
  });

  test("[SY-12] pages join: one skipped does not count, one asked again or by a later session does", () => {
    const progress = new SnapshotProgress();
    const access = {
      scopeId: organizationScope(recordOf(2)),
      memberId: recordOf(1),
      readKey: "all",
    };
    const deviceId = deviceIdSchema.parse(
      "00000000-0000-4000-8000-000000000002",
    );
    const cursor = (sequence: number) => ({
      epoch: "00",
      sequence,
      chain: chainHashSchema.parse(`${sequence}`.repeat(64)),
    });
    const send = (
      after: RecordId | null,
      next: RecordId | null,
      at = cursor(9),
      readKey = "all",
    ) =>
      progress.noteSent({
        deviceId,
        access: { ...access, readKey },
        after,
        page: { at, next },
      });
    expect(send(null, recordOf(3))).toBe(false);
    expect(send(recordOf(4), null)).toBe(false);
    expect(send(recordOf(3), null, cursor(8))).toBe(false);
    expect(send(recordOf(3), null, cursor(9), "less")).toBe(false);
    expect(send(recordOf(3), recordOf(5))).toBe(false);
    expect(send(recordOf(3), recordOf(5))).toBe(false);
    expect(send(recordOf(5), null)).toBe(true);
    expect(send(recordOf(5), null)).toBe(false);
    expect(send(null, null)).toBe(true);
  });
});

/** A colleague's device that has said hello, and was sent nothing. */
async function newDevice() {
  const world = await SyncWorld.create();
  const house = await found(world);
  const colleague = await world.signUp("colleague");
  await hire(world, house, colleague, ["receptionist"]);
  const client = world.connect(colleague);
  client.hello();
  await world.settle();
  const scopeId = organizationScope(house.organizationId);
  return { world, house, colleague, client, scopeId };
}

async function deliveredTo(
  { store }: SyncWorld,
  { organizationId }: House,
  { deviceId }: Somebody,
): Promise<number | undefined> {
  const scopeId = organizationScope(organizationId);
  const sent = await store.read(organizationId, (tx) =>
    furthestSent(tx, deviceId, "equipment", scopeId, Infinity),
  );
  return sent?.sequence;
}

const recordOf = (number: number) =>
  recordIdSchema.parse(`${number}`.repeat(25));

let noteCount = 0;

function noteOf({ random }: SyncWorld, text: string) {
  noteCount += 1;
  const [a = 0, b = 0, c = 0] = random.bytes(3);
  const tail = [a, b, c].map((byte) => byte.toString(16).padStart(2, "0"));
  const id = `00000000-0000-4000-8000-${noteCount.toString(16).padStart(6, "0")}${tail.join("")}`;
  return { [id]: { status: "active", text } };
}

function never(): never {
  throw new Error("no such record");
}
