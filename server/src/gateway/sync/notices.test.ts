import { organizationScope, patient } from "@suture/schema";
import type { UnsyncedCounts } from "@suture/schema";
import { describe, expect, test } from "vitest";
import { firstSentAt } from "../../log/deliveries.ts";
import { logTable } from "../../log/log-tables.ts";
import { RecordWriter } from "../../sample/record-writer.ts";
import { hire, withColleague } from "./house.test-support.ts";
import {
  emptyPrescribing,
  equipmentOf,
  SyncWorld,
} from "./sync-world.test-support.ts";

describe("notices", () => {
  test("[SY-11] a conflict opens a review for those who may read the record, live and after welcome", async () => {
    const world = await SyncWorld.create();
    const { house, colleague, client } = await withColleague(world, [
      "clinician",
    ]);
    const technician = await world.signUp("technician");
    await hire(world, house, technician, ["technician"]);
    const technicians = world.connect(technician);
    await technicians.join();
    const record = new RecordWriter(patient, world.random);
    const writer = world.writerOf(house.admin);
    house.adminClient.push([
      record.create(writer, { parentId: house.organizationId }),
    ]);
    await world.settle();
    const seen = record.heads();
    const pregnant = { ...emptyPrescribing, pregnancy: { status: "pregnant" } };
    const not = { ...emptyPrescribing, pregnancy: { status: "not-pregnant" } };
    const group = "prescribing";
    house.adminClient.push([
      record.sign(writer, { group, content: pregnant }, seen),
    ]);
    client.push([
      record.sign(world.writerOf(colleague), { group, content: not }, seen),
    ]);
    await world.settle();
    expect(client.last("reviews")?.open).toMatchObject([
      { kind: "conflict", recordId: record.recordId, group },
    ]);
    expect(technicians.all("reviews").flatMap(({ open }) => open)).toEqual([]);
    const again = world.connect(colleague);
    again.hello();
    await world.settle();
    expect(again.all("reviews")[0]?.open).toMatchObject([
      { kind: "conflict", recordId: record.recordId },
    ]);
  });

  test("[SY-4] colleagues of a team hear what a device still holds when it comes, pushes and goes; others do not", async () => {
    const world = await SyncWorld.create();
    const { house, colleague, client } = await withColleague(world);
    const stranger = world.connect(await world.signUp("stranger"));
    stranger.hello();
    await world.settle();
    house.adminClient.clear();
    client.pair.cut();
    await world.settle();
    expect(house.adminClient.last("presence")).toMatchObject({
      memberId: colleague.memberId,
      isConnected: false,
    });
    const back = world.connect(colleague);
    const { personId } = colleague;
    const counts: UnsyncedCounts = {
      countsByPriority: [1, 0, 2, 0],
      oldestAgeMs: 9_000,
    };
    back.hello(
      {},
      { unsynced: { people: [{ personId, ...counts }], recordIds: [] } },
    );
    await world.settle();
    const unsynced = { ...counts, recordIds: [] };
    expect(house.adminClient.last("presence")).toMatchObject({
      isConnected: true,
      unsynced,
    });
    back.pair.cut();
    await world.settle();
    const later = world.connect(house.admin);
    later.hello();
    await world.settle();
    expect(
      later
        .all("presence")
        .find(({ deviceId }) => deviceId === colleague.deviceId),
    ).toMatchObject({ isConnected: false, unsynced });
    expect(stranger.all("presence")).toEqual([]);
  });

  test("[SY-12] what was sent is on record before the device's next push is judged", async () => {
    const world = await SyncWorld.create();
    const { house, colleague, client } = await withColleague(world);
    const scopeId = organizationScope(house.organizationId);
    house.adminClient.push([
      equipmentOf(world).create(world.writerOf(house.admin), {
        parentId: house.organizationId,
      }),
    ]);
    await world.settle();
    const row = client.last("changes")?.rows.at(-1);
    const sequence = row?.sequence ?? 0;
    const [sentAtMs, logged] = await world.store.read(
      house.organizationId,
      async (tx) => [
        await firstSentAt(tx, colleague.deviceId, "equipment", [
          { scopeId, sequence },
        ]),
        await tx.get(logTable, [scopeId, sequence]),
      ],
    );
    expect(sentAtMs).toBe(world.timers.now());
    expect(logged).toMatchObject({ hash: row?.hash });
  });
});
