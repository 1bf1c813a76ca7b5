import { organizationScope } from "@suture/schema";
import { describe, expect, test } from "vitest";
import { endOfScope, withColleague } from "./house.test-support.ts";
import { equipmentOf, SyncWorld } from "./sync-world.test-support.ts";

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
  }, 30_000);
});

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
