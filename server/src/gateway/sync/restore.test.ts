import {
  createMemoryStore,
  joinRestoreRows,
  organizationScope,
} from "@suture/schema";
import type { Store } from "@suture/schema";
import { describe, expect, test } from "vitest";
import { serverTables } from "../../server-tables.ts";
import { endOfScope, withColleague } from "./house.test-support.ts";
import { equipmentOf, SyncWorld } from "./sync-world.test-support.ts";
import type { RawClient } from "./sync-world.test-support.ts";

describe("a server restored from an older copy", () => {
  /** The rows of every partition, into a new store. */
  async function copyOf(store: Store): Promise<Store> {
    const copy = createMemoryStore({ tables: serverTables });
    for (const partition of await store.listPartitions()) {
      await store.read(partition, async (tx) => {
        for (const table of serverTables) {
          const rows = await tx.scan<unknown>(table);
          await copy.write(partition, async (to) => {
            for (const { key, value } of rows) await to.put(table, key, value);
          });
        }
      });
    }
    return copy;
  }

  async function afterRestore() {
    const world = await SyncWorld.create();
    const { house, colleague, client } = await withColleague(world);
    const scopeId = organizationScope(house.organizationId);
    const common = await endOfScope(world.store, house);
    const older = await copyOf(world.store);
    const writer = world.writerOf(house.admin);
    const record = equipmentOf(world);
    const lost = [
      record.create(writer, { parentId: house.organizationId }),
      record.edit(writer, { fields: { modelNumber: "lost" } }),
    ];
    house.adminClient.push(lost);
    await world.settle();
    await world.server.checkpoints.flush();
    await world.settle();
    const checkpoint = client.last("checkpoint");
    const proof = checkpoint?.proofs.find(
      ({ leaf }) => leaf.scopeId === scopeId,
    );
    if (checkpoint === undefined || proof === undefined)
      throw new Error("no checkpoint");
    const rows = client
      .all("changes")
      .flatMap((page) => page.rows)
      .map(({ recordId, hash, memberId, deviceId }) => ({
        recordId,
        hash,
        memberId,
        deviceId,
      }));
    const held = await endOfScope(world.store, house);
    await world.server.close();
    world.server = await world.serverOver(older);
    const back = world.connect(colleague);
    back.hello({ [scopeId]: held });
    await world.settle();
    const { jws } = checkpoint;
    return {
      world,
      house,
      scopeId,
      common,
      held,
      lost,
      rows,
      jws,
      proof,
      back,
    };
  }

  test("[SY-7] says so, with points of its chain down to the beginning", async () => {
    const { back, scopeId, common } = await afterRestore();
    const regressed = back.last("log-regressed");
    expect(regressed?.scopeId).toBe(scopeId);
    expect(regressed?.samples[0]).toEqual(common);
    expect(regressed?.samples.at(-1)?.sequence).toBe(0);
    expect(back.all("changes")).toEqual([]);
    back.send({ type: "pull", scopeId, cursor: common });
    await settled(back);
    expect(back.last("changes")).toMatchObject({ rows: [], hasMore: false });
  });

  test("[SY-7] a proven row is taken back from any device under its first author; unproven ones are not", async () => {
    const { world, house, back, common, rows, jws, proof, lost } =
      await afterRestore();
    const [first] = lost;
    if (first === undefined) throw new Error("nothing was lost");
    back.push([first]);
    await world.settle();
    expect(back.last("verdicts")?.verdicts).toMatchObject([
      { verdict: "refused" },
    ]);
    const forged = rows.map((row) => ({
      ...row,
      memberId: back.somebody.memberId,
    }));
    back.send({
      type: "restore",
      from: common,
      rows: joinRestoreRows(forged),
      jws,
      proof,
    });
    await world.settle();
    expect(back.last("restorable")?.isProven).toBe(false);
    back.send({
      type: "restore",
      from: common,
      rows: joinRestoreRows(rows),
      jws,
      proof,
    });
    await world.settle();
    expect(back.last("restorable")?.isProven).toBe(true);
    back.push(lost);
    await world.settle();
    expect(back.last("verdicts")?.verdicts).toMatchObject([
      { verdict: "accepted" },
      { verdict: "accepted" },
    ]);
    const row = await world.server.admission
      .admit(house.admin, lost)
      .then(({ verdicts }) => verdicts);
    expect(row).toMatchObject([
      { verdict: "duplicate" },
      { verdict: "duplicate" },
    ]);
  });

  async function settled(client: RawClient): Promise<void> {
    for (let round = 0; round < 5; round += 1) {
      client.pair.flush();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
});
