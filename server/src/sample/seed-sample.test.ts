import { createMemoryStore, identityError, err } from "@suture/schema";
import type { Store } from "@suture/schema";
import { describe, expect, test } from "vitest";
import { HandTimers } from "../gateway/sync/hand-timers.test-support.ts";
import { SyncWorld } from "../gateway/sync/sync-world.test-support.ts";
import { found } from "../gateway/sync/house.test-support.ts";
import { identityPartition } from "../identity/identity-tables.ts";
import { recordsTable } from "../log/log-tables.ts";
import { openReviewsTable, reviewsTable } from "../review/review-tables.ts";
import { serverTables } from "../server-tables.ts";
import { samplePeople } from "./sample-people.ts";
import { seedSample } from "./seed-sample.ts";

/** How many records of each type there are, and which questions are open. */
async function contentsOf(store: Store) {
  const organizations = (await store.listPartitions()).filter(
    (name) => name !== identityPartition,
  );
  const [organizationId = ""] = organizations;
  return store.read(organizationId, async (tx) => {
    const counts: Record<string, number> = {};
    const recordIds: string[] = [];
    for (const { value } of await tx.scan(recordsTable)) {
      counts[value.recordType] = (counts[value.recordType] ?? 0) + 1;
      recordIds.push(value.recordId);
    }
    const kinds = new Set<string>();
    for (const { key } of await tx.scan(openReviewsTable)) {
      const row = await tx.get(reviewsTable, [key[1] ?? ""]);
      if (row?.state.isOpen === true) kinds.add(row.tasks[0]?.kind ?? "");
    }
    return { organizations, counts, recordIds, kinds: [...kinds].toSorted() };
  });
}

function depsOf(world: SyncWorld) {
  const { store, timers, identity, server } = world;
  return { store, clock: timers, identity, admission: server.admission };
}

describe("the sample organization", () => {
  test("[OP-6] has two clinics, a service group, every role, and open questions; the same in every installation", async () => {
    const world = await SyncWorld.create();
    expect(await seedSample(depsOf(world))).toBe(true);
    const contents = await contentsOf(world.store);
    expect(contents.counts).toEqual({
      organization: 1,
      team: 3,
      member: samplePeople.length,
      patient: 12,
      equipment: 10,
      serviceJob: 4,
      appointment: 7,
    });
    expect(contents.kinds).toEqual(["conflict", "double-booking"]);
    const other = await SyncWorld.create({ seed: "other" });
    await seedSample(depsOf(other));
    expect((await contentsOf(other.store)).recordIds).toEqual(
      contents.recordIds,
    );
  });

  test("[OP-6] is given once: a second start changes nothing", async () => {
    const world = await SyncWorld.create();
    await seedSample(depsOf(world));
    const before = await contentsOf(world.store);
    world.timers.advance(3_600_000);
    expect(await seedSample(depsOf(world))).toBe(true);
    expect(await contentsOf(world.store)).toEqual(before);
  });

  test.each([0, 1, 2, 4, 6])(
    "[OP-6] cut off after %i batches it is finished at the next start, an hour later",
    async (batchCount) => {
      const store = createMemoryStore({ tables: serverTables });
      const timers = new HandTimers();
      const world = await SyncWorld.create({ store, timers });
      let left = batchCount;
      const deps = depsOf(world);
      const cutOff = seedSample({
        ...deps,
        admission: {
          admit: (author, changes) => {
            left -= 1;
            return left < 0
              ? Promise.reject(new Error("cut off"))
              : deps.admission.admit(author, changes);
          },
        },
      });
      await expect(cutOff).rejects.toThrow("cut off");
      timers.advance(3_600_000);
      expect(await seedSample(deps)).toBe(true);
      const whole = await SyncWorld.create();
      await seedSample(depsOf(whole));
      expect(await contentsOf(store)).toEqual(await contentsOf(whole.store));
    },
  );

  test("[OP-6] is never given to a server that holds something, nor over somebody else's account", async () => {
    const world = await SyncWorld.create();
    const { organizationId } = await found(world);
    expect(await seedSample(depsOf(world))).toBe(false);
    expect((await contentsOf(world.store)).organizations).toEqual([
      organizationId,
    ]);

    const taken = await SyncWorld.create();
    const deps = depsOf(taken);
    const refused = async () => err(identityError("sign-in-refused"));
    await expect(
      seedSample({
        ...deps,
        identity: { ...deps.identity, signUp: refused, signIn: refused },
      }),
    ).rejects.toThrow();
  });
});
