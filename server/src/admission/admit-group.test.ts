import { createMemoryStore, organizationScope } from "@suture/schema";
import { expect, test } from "vitest";
import { endOf } from "../log/read-log.ts";
import { serverTables } from "../server-tables.ts";
import type { PushedChange } from "./judgement.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type Colleague,
} from "./world.test-support.ts";

/** A world in which something may be done once, after the first part of the next batch. */
async function createScene() {
  const next: { isDue?: () => Promise<boolean>; act?: () => Promise<void> } =
    {};
  const world = await createWorld({
    ...createWorldDeps(createMemoryStore({ tables: serverTables })),
    async yieldTurn() {
      const { isDue, act } = next;
      if ((await isDue?.()) !== true) return;
      delete next.isDue;
      await act?.();
    },
  });
  const { store, organizationId } = world;
  const end = async () =>
    store.read(
      organizationId,
      async (tx) =>
        (await endOf(tx, organizationScope(organizationId)))?.sequence ?? 0,
    );
  return {
    world,
    async afterFirstPart(act: () => Promise<void>) {
      const before = await end();
      Object.assign(next, { act, isDue: async () => (await end()) > before });
    },
    newPatients: (by: Colleague, count: number): readonly PushedChange[] =>
      Array.from(
        { length: count },
        () => by.create(typeOf("patient"), { parentId: organizationId }).pushed,
      ),
  };
}

test("[AD-24] between the parts of a long batch others are answered", async () => {
  const { world, afterFirstPart, newPatients } = await createScene();
  const clinician = await world.hire(["clinician"]);
  const colleague = await world.hire(["clinician"]);
  const others: (readonly string[])[] = [];
  await afterFirstPart(async () => {
    others.push(answers(await colleague.push(...newPatients(colleague, 1))));
  });
  const { verdicts, appended } = await clinician.admit(
    ...newPatients(clinician, 250),
  );
  expectAccepted(verdicts);
  expect(others).toEqual([["accepted"]]);
  const sizes = appended.map((range) => range.toSequence - range.fromSequence);
  expect(sizes).toEqual([99, 99, 49]);
  expect(appended[1]?.fromSequence).toBe((appended[0]?.toSequence ?? 0) + 2);
});

test("[AD-27] of long batches that come together, five parts wait for the store at a time, and a short one besides", async () => {
  const store = createMemoryStore({ tables: serverTables });
  let [waiting, mostWaiting] = [0, 0];
  const world = await createWorld(
    createWorldDeps({
      ...store,
      read: (partition, work) => store.read(partition, work),
      async write(partition, work) {
        waiting += 1;
        mostWaiting = Math.max(mostWaiting, waiting);
        return store.write(partition, work).finally(() => (waiting -= 1));
      },
    }),
  );
  const patients = (by: Colleague, count: number) =>
    Array.from(
      { length: count },
      () =>
        by.create(typeOf("patient"), { parentId: world.organizationId }).pushed,
    );
  const batches: (readonly [Colleague, readonly PushedChange[]])[] = [];
  for (const size of [...Array<number>(20).fill(21), 1]) {
    const colleague = await world.hire(["clinician"]);
    batches.push([colleague, patients(colleague, size)]);
  }
  mostWaiting = 0;
  const pushed = batches.map(([colleague, changes]) =>
    colleague.push(...changes),
  );
  for (const verdicts of await Promise.all(pushed)) expectAccepted(verdicts);
  expect(mostWaiting).toBe(6);
});

test("[AD-24] rights that end between two parts of a batch end for what is behind them", async () => {
  const { world, afterFirstPart, newPatients } = await createScene();
  const { admin } = world;
  const clinician = await world.hire(["clinician"]);
  const batch = newPatients(clinician, 110);
  await afterFirstPart(async () => {
    const content = { roles: [], teams: [], active: false };
    expectAccepted(
      await admin.push(admin.sign(clinician.member, "membership", content)),
    );
  });
  const verdicts = answers(await clinician.push(...batch));
  expect(verdicts.slice(0, 100)).toEqual(Array(100).fill("accepted"));
  expect(verdicts.slice(100)).toEqual(Array(10).fill("not-permitted"));
});

test("[AD-24] a part ends once the records that it opened hold many changes", async () => {
  const { world } = await createScene();
  const clinician = await world.hire(["clinician"]);
  const patients = [];
  for (const changes of [600, 600, 1]) {
    const parentId = world.organizationId;
    const { replica, pushed } = clinician.create(typeOf("patient"), {
      parentId,
    });
    const edits = Array.from({ length: changes }, (_, number) =>
      clinician.setField(replica, "maritalStatus", number % 2 ? "M" : "S"),
    );
    for (const pushing of [[pushed], edits.slice(0, 400), edits.slice(400)])
      expectAccepted(await clinician.push(...pushing));
    patients.push(replica);
  }
  const { verdicts, appended } = await clinician.admit(
    ...patients.map((patient) =>
      clinician.setField(patient, "maritalStatus", "W"),
    ),
  );
  expectAccepted(verdicts);
  const sizes = appended.map((range) => range.toSequence - range.fromSequence);
  expect(sizes).toEqual([1, 0]);
});
