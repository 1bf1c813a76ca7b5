import {
  createMemoryStore,
  jobWords,
  recordIdFromBytes,
  recordIdSchema,
  type RecordId,
  type Store,
} from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";

import { clientMigrations } from "../store/client-migrations.ts";
import {
  clientTables,
  localPartition,
  staleViewsTable,
  viewsTable,
} from "../store/client-tables.ts";
import { putView } from "../store/view-rows.ts";
import {
  damageRecord,
  foundClinic,
  openDevice,
} from "./clinic.test-support.ts";
import { countingStore } from "./counting-store.test-support.ts";
import type { ListOptions } from "./repository.ts";

const families = ["Moyo", "Dube", "Mo", "Ünal", "𝒵ulu", "\uff5eway", "moyo jr"];

async function hospital(patientCount: number) {
  const counting = countingStore(createMemoryStore({ tables: clientTables }));
  const device = await openDevice({ name: "ada", store: counting.store });
  const { organizationId } = await foundClinic(device);
  for (let count = 0; count < patientCount; count += 1) {
    const family = families[count % families.length] ?? "";
    const created = await device.client.patients.create({
      parentId: organizationId,
      groups: {
        identity: {
          name: [{ family, given: [`Tariro ${count}`] }],
          birthDate: "1990-01-02",
          gender: "female",
        },
        ...(count % 5 === 4 && {
          recordStatus: { status: "entered-in-error" },
        }),
      },
    });
    if (!created.ok) throw new Error(created.error.reason);
  }
  return { ...counting, client: device.client, organizationId };
}

test("[CL-24] a page reads what it shows and a search what it finds, however many records are held", async () => {
  const { client, takeCounts } = await hospital(60);
  await client.patients.list();
  takeCounts();
  expect(await client.patients.list({ limit: 5 })).toHaveLength(5);
  const page = takeCounts();
  expect(page["views_by_label"]).toBeLessThan(20);
  expect(page["views_by_word"] ?? 0).toBe(0);
  expect(page["views"] ?? 0).toBe(0);

  // Three words of one record.
  const found = await client.patients.list({ matching: "tariro 17" });
  expect(found).toHaveLength(1);
  const search = takeCounts();
  expect(search["views_by_word"]).toBe(1);
  expect(search["views"] ?? 0).toBe(0);

  expect(await client.patients.list({ inConflict: true })).toEqual([]);
  expect(takeCounts()["views"] ?? 0).toBe(0);
});

test("[CL-15] somebody is found by their whole name, as people say it", async () => {
  const { client } = await hospital(8);
  const countOf = async (matching: string) =>
    (await client.patients.list({ matching })).length;
  expect(await countOf("Tariro 3 Unal")).toBe(1);
  expect(await countOf("tariro 3 mo")).toBe(0);
});

test("[AP-177] what cannot be read takes nobody's place in a list: as many are there as were asked for, where there are as many", async () => {
  const { client, store } = await hospital(12);
  const all = (await client.patients.list()).map(({ id }) => id);
  const damaged = all.slice(1, 4);
  for (const id of damaged) await damageRecord({ store }, id);
  const again = await openDevice({ name: "ada", store, start: 2 });
  const readable = all.filter((id) => !damaged.includes(id));
  for (let limit = 0; limit <= all.length; limit += 1) {
    const shown = await again.client.patients.list({ limit });
    expect(shown.map(({ id }) => id)).toEqual(readable.slice(0, limit));
  }
});

test("[CL-24] pages, one behind the other, are the whole list, in any order of labels and of any kind", async () => {
  const { client, organizationId } = await hospital(40);
  const options = fc.record(
    {
      matching: fc.constantFrom(
        "mo",
        "tariro",
        "TARIRO 1",
        "1990",
        "z",
        "female",
      ),
      withEnteredInError: fc.boolean(),
      parentId: fc.constantFrom(
        organizationId,
        recordIdSchema.parse("4444444444444444444444"),
      ),
    },
    { requiredKeys: [] },
  );
  const ids = async (sought: ListOptions) =>
    (await client.patients.list(sought)).map(({ id }) => id);
  await fc.assert(
    fc.asyncProperty(
      options,
      fc.integer({ min: 1, max: 9 }),
      async (sought, limit) => {
        const whole = await ids({ ...sought, limit: 1_000 });
        const paged: typeof whole = [];
        for (;;) {
          const after = paged.at(-1);
          const page = await ids({ ...sought, limit, ...(after && { after }) });
          paged.push(...page);
          if (page.length < limit) break;
        }
        expect(paged).toEqual(whole);
      },
    ),
    { numRuns: 25 },
  );
  expect(await ids({ limit: 1_000 })).toHaveLength(32);
  expect(await ids({ limit: 1_000, withEnteredInError: true })).toHaveLength(
    40,
  );
  expect(await ids({ matching: "jr" })).toHaveLength(4);
  // What a code says is no name.
  expect(await ids({ matching: "female" })).toEqual([]);
});

test("[CL-24] a record is found by what it says now", async () => {
  const { client } = await hospital(3);
  const [dube] = await client.patients.list({ matching: "dube" });
  const edit = await dube?.edit();
  if (edit === undefined) throw new Error("not found");
  edit.draft.identity.name = [{ family: "Ncube" }];
  await edit.save();
  expect(await client.patients.list({ matching: "dube" })).toEqual([]);
  const [ncube] = await client.patients.list({ matching: "ncube" });
  expect(ncube?.id).toBe(dube?.id);
  expect(await client.patients.list()).toHaveLength(3);
});

test("[CL-24] a list waits for no record that arrives after it was asked for", async () => {
  const inner = createMemoryStore({ tables: clientTables });
  let isArriving = false;
  let arrived = 0;
  const store: Store = {
    listPartitions: () => inner.listPartitions(),
    close: () => inner.close(),
    read: (partition, work) => inner.read(partition, work),
    async write(partition, work) {
      const result = await inner.write(partition, work);
      // Each time that somebody writes, another record has arrived.
      if (isArriving && arrived < 100) {
        arrived += 1;
        const key = [recordIdFromBytes(new Uint8Array(16).fill(arrived))];
        await inner.write(partition, (tx) =>
          tx.put(staleViewsTable, key, true),
        );
      }
      return result;
    },
  };
  const { client } = await openDevice({ name: "ada", store });
  const { organizationId } = await foundClinic({ client });
  for (let count = 0; count < 3; count += 1)
    await client.patients.create({ parentId: organizationId });
  isArriving = true;
  expect(await client.patients.list()).toHaveLength(3);
  expect(arrived).toBe(1);
});

test("[CL-24] open jobs of one person are found without reading what they have done", async () => {
  const { client, store, takeCounts } = await hospital(0);
  const [own] = client.memberships;
  const parentId = own?.teamIds[0];
  if (own === undefined || parentId === undefined) throw new Error("no team");
  const { memberId: assigneeId } = own;
  const jobs: Record<string, RecordId> = {};
  for (const [name, fields] of Object.entries({
    mine: { assigneeId, workStatus: "in-progress" },
    unsigned: { assigneeId, workStatus: "completed" },
    rejected: { assigneeId, workStatus: "rejected" },
    free: { workStatus: "requested" },
  } as const)) {
    const created = await client.serviceJobs.create({ parentId, fields });
    if (!created.ok) throw new Error(created.error.reason);
    jobs[name] = created.value.id;
  }
  const found = async (matching: string) =>
    new Set((await client.serviceJobs.list({ matching })).map(({ id }) => id));
  const idsOf = (...names: readonly string[]) =>
    new Set(names.map((name) => jobs[name]));
  await client.serviceJobs.list();
  takeCounts();
  expect(await found(jobWords.openWith(assigneeId))).toEqual(
    idsOf("mine", "unsigned"),
  );
  expect(takeCounts()["views_by_word"]).toBe(2);
  expect(await found(jobWords.openInHands)).toEqual(idsOf("mine", "unsigned"));
  expect(await found(jobWords.openWithNobody)).toEqual(idsOf("free"));
  expect(await found(jobWords.overWith(assigneeId))).toEqual(idsOf("rejected"));

  // As an older version of the app had them.
  await store.write(localPartition, async (tx) => {
    for (const { value } of await tx.scan(viewsTable, {
      prefix: ["serviceJob"],
    }))
      await putView(tx, "serviceJob", { ...value, terms: [] });
  });
  expect(await found(jobWords.openInHands)).toEqual(idsOf());
  const byHands = clientMigrations.find(({ name }) => name === "jobs-by-hands");
  await store.write(
    localPartition,
    (tx) => byHands?.migrate(tx, localPartition) ?? Promise.resolve(),
  );
  expect(await found(jobWords.openInHands)).toEqual(idsOf("mine", "unsigned"));
});

test("[CL-15] equipment is listed by its name, also what was listed before it was", async () => {
  const { client, store, organizationId } = await hospital(0);
  for (const deviceName of ["Ultrasound 7", "MRI scanner 2", "Autoclave"]) {
    const created = await client.equipment.create({
      parentId: organizationId,
      fields: { deviceName },
    });
    if (!created.ok) throw new Error(created.error.reason);
  }
  const names = async () =>
    (await client.equipment.list()).map(({ fields }) => fields.deviceName);
  const byName = ["Autoclave", "MRI scanner 2", "Ultrasound 7"];
  expect(await names()).toEqual(byName);

  // As an older version of the app had them.
  await store.write(localPartition, async (tx) => {
    for (const { value } of await tx.scan(viewsTable, {
      prefix: ["equipment"],
    }))
      await putView(tx, "equipment", { ...value, label: "" });
  });
  expect(await names()).not.toEqual(byName);
  const [, toName] = clientMigrations;
  await store.write(
    localPartition,
    (tx) => toName?.migrate(tx, localPartition) ?? Promise.resolve(),
  );
  expect(await names()).toEqual(byName);
});
