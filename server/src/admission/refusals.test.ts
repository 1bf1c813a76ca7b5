import {
  createMemoryStore,
  type ChangeHash,
  type DeviceId,
  type PersonId,
  type RecordId,
} from "@suture/schema";
import { expect, test } from "vitest";

import { serverTables } from "../server-tables.ts";
import {
  refusalsTable,
  refusedBytesTable,
  refusedOrderTable,
  refusedPlacesTable,
  refusedTotalsTable,
} from "./admission-tables.ts";
import {
  findRefused,
  forgetRefusal,
  forgetRefusals,
  keepRefusal,
  listRefused,
  ownRefusals,
  refusedBytesOf,
  type RefusalLimits,
} from "./refusals.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  typeOf,
} from "./world.test-support.ts";

const newStore = () => createMemoryStore({ tables: serverTables });
const partition = "org";
const recordId = "4NMNnkMhL8jXrdJ9jamS58PAVdXu" as RecordId;
const [anna, ben] = [
  "2s3pZ9Tj5Nf1PAHtLxnSLCsRHVXn" as RecordId,
  "3Lm2QGmpsaUYvqPRBdxSPXRoaHrg" as RecordId,
];
const tablet = "5b2c1a10-0000-4000-8000-000000000001" as DeviceId;
const phone = "5b2c1a10-0000-4000-8000-000000000002" as DeviceId;

const roomy = { maxChanges: 100, maxBytes: 10_000 };
const limits = (narrow: Partial<RefusalLimits>): RefusalLimits => ({
  device: roomy,
  member: roomy,
  organization: roomy,
  ...narrow,
});

const hashOf = (number: number) =>
  number.toString(16).padStart(64, "0") as ChangeHash;

/** Keeps change `number` of somebody on a device. */
function refusal(
  number: number,
  length: number,
  [memberId, deviceId]: readonly [RecordId, DeviceId] = [anna, tablet],
) {
  return {
    recordId,
    hash: hashOf(number),
    verdict: {
      code: "not-permitted",
      message: "it touches what its author may not write",
      isRetryable: false,
      memberId,
      personId: "person" as PersonId,
      deviceId,
      atMs: number,
      isCreation: false,
    },
    bytes: new Uint8Array(length),
  } as const;
}

async function heldAfter(
  refusals: readonly ReturnType<typeof refusal>[],
  narrow: Partial<RefusalLimits>,
): Promise<readonly number[]> {
  const store = newStore();
  for (const each of refusals)
    await store.write(partition, (tx) => keepRefusal(tx, each, limits(narrow)));
  const rows = await store.read(partition, (tx) => tx.scan(refusedBytesTable));
  return rows.map(({ key }) => Number(`0x${key[1]}`));
}

test("[AD-15] what was refused is kept as it came, with who tried and why", async () => {
  const store = newStore();
  const world = await createWorld(createWorldDeps(store));
  const clinician = await world.hire(["clinician"]);
  const { replica, pushed } = clinician.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  const bad = clinician.compose(replica, [{ key: "shoeSize", set: 43 }]);
  await clinician.push(pushed, bad);
  const { changes } = await store.read(world.organizationId, (tx) =>
    listRefused(tx, { before: null, limit: 10 }),
  );
  const { recordId: id } = bad;
  expect(changes).toMatchObject([
    {
      recordId: id,
      verdict: { code: "unknown-field", ...clinician.signer },
    },
  ]);
  const hash = changes[0]?.hash ?? hashOf(0);
  await store.read(world.organizationId, async (tx) => {
    expect(await findRefused(tx, hash)).toEqual(changes);
    expect(await refusedBytesOf(tx, { recordId: id, hash })).toEqual(bad.bytes);
  });
});

test("[AD-15] what a retry can lift is noted without its bytes, and is no stranded work", async () => {
  const store = newStore();
  const world = await createWorld(createWorldDeps(store));
  const clinician = await world.hire(["clinician"]);
  const { replica, pushed } = clinician.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  await clinician.push(pushed);
  clinician.setField(replica, "maritalStatus", "M");
  const early = clinician.setField(replica, "maritalStatus", "S");
  expect(answers(await clinician.push(early))).toEqual([
    "missing-dependencies",
  ]);
  const { changes } = await store.read(world.organizationId, (tx) =>
    listRefused(tx, { before: null, limit: 10 }),
  );
  expect(changes).toEqual([]);
});

test("[AD-15] of an organization the newest are kept, within a count and a size", async () => {
  const organization = { maxChanges: 3, maxBytes: 100 };
  const many = [1, 2, 3, 4].map((number) => refusal(number, 10));
  expect(await heldAfter(many, { organization })).toEqual([2, 3, 4]);
  expect(await heldAfter([...many, refusal(5, 85)], { organization })).toEqual([
    4, 5,
  ]);
});

test("[AD-15] one device flushes out its own work only, and one member with many devices theirs", async () => {
  const flood = (as: readonly [RecordId, DeviceId]) =>
    [2, 3, 4].map((number) => refusal(number, 10, as));
  const bound = { maxChanges: 2, maxBytes: 100 };
  const benOnPhone = refusal(1, 10, [ben, phone]);
  expect(
    await heldAfter([benOnPhone, ...flood([anna, tablet])], { device: bound }),
  ).toEqual([1, 3, 4]);
  const onBoth = [
    refusal(5, 10, [anna, phone]),
    benOnPhone,
    ...flood([anna, tablet]),
  ];
  expect(await heldAfter(onBoth, { member: bound })).toEqual([1, 3, 4]);
});

test("[AD-15] nobody takes another's place by pushing the same: it is one piece of work, of whoever brought it first", async () => {
  const store = newStore();
  const bens = refusal(1, 10, [ben, phone]);
  const all = [refusal(1, 10), bens, refusal(2, 10)];
  for (const each of all)
    await store.write(partition, (tx) => keepRefusal(tx, each));
  const listed = () =>
    store.read(partition, async (tx) => {
      const { changes } = await listRefused(tx, { before: null, limit: 10 });
      const found = await findRefused(tx, hashOf(1));
      expect(changes.filter(({ hash }) => hash === hashOf(1))).toEqual(found);
      return changes.map(({ hash, verdict }) => [hash, verdict.memberId]);
    });
  expect(await listed()).toEqual([
    [hashOf(2), anna],
    [hashOf(1), anna],
  ]);
  const pusher = { ...bens.verdict, personId: "other" as PersonId };
  const told = await store.read(partition, (tx) =>
    ownRefusals(tx, pusher, bens),
  );
  expect(told).toEqual([bens.verdict]);
  // Once what the first one pushed is no longer kept, the other's still is.
  const annas = { recordId, hash: hashOf(1), memberId: anna, deviceId: tablet };
  await store.write(partition, (tx) => forgetRefusal(tx, annas));
  expect(await listed()).toEqual([
    [hashOf(2), anna],
    [hashOf(1), ben],
  ]);
  const bytes = await store.read(partition, (tx) => refusedBytesOf(tx, bens));
  expect(bytes).toEqual(bens.bytes);
});

test("[AD-15] told again it counts once; forgotten, nothing of it is left", async () => {
  const store = newStore();
  const again = refusal(1, 10, [ben, phone]);
  for (const each of [refusal(1, 10), again, again])
    await store.write(partition, (tx) => keepRefusal(tx, each));
  await store.read(partition, async (tx) => {
    expect(await tx.get(refusedTotalsTable, [ben])).toMatchObject({
      count: 1,
      byteLength: 10,
    });
    expect(await tx.get(refusedTotalsTable, ["all"])).toMatchObject({
      count: 2,
      byteLength: 20,
    });
  });
  await store.write(partition, (tx) => forgetRefusals(tx, again));
  await store.read(partition, async (tx) => {
    for (const table of [
      refusalsTable,
      refusedBytesTable,
      refusedOrderTable,
      refusedPlacesTable,
    ])
      expect(await tx.scan<unknown>(table)).toEqual([]);
  });
});

test("[AD-15] a list goes on page by page, newest first", async () => {
  const store = newStore();
  for (const number of [1, 2, 3])
    await store.write(partition, (tx) => keepRefusal(tx, refusal(number, 10)));
  const pageBefore = (before: number | null) =>
    store.read(partition, (tx) => listRefused(tx, { before, limit: 2 }));
  const first = await pageBefore(null);
  const second = await pageBefore(first.next);
  expect(
    [first, second].map(({ changes }) => changes.map(({ hash }) => hash)),
  ).toEqual([[hashOf(3), hashOf(2)], [hashOf(1)]]);
  expect(second.next).toBeNull();
});
