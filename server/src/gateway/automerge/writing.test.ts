/** What a plain Automerge client writes, what becomes of it, and what it may ask for in all. */
import { patient } from "@suture/schema";
import { beforeEach, describe, expect, test } from "vitest";
import { RecordWriter } from "../../sample/record-writer.ts";
import { defaultBudgetLimits } from "../limits/budget-limits.ts";
import { found, hire, type House } from "../sync/house.test-support.ts";
import {
  SyncWorld,
  type RawClient,
  type Somebody,
  type SyncWorldOptions,
} from "../sync/sync-world.test-support.ts";
import { createInlineDocumentSync } from "./document-sync.ts";
import { hashBytesOf, RawPeer, uleb } from "./raw-peer.test-support.ts";

let world: SyncWorld;
let house: House;
let colleague: Somebody;
let admins: RawClient;

async function open(options: SyncWorldOptions = {}): Promise<void> {
  world = await SyncWorld.create(options);
  house = await found(world);
  colleague = await world.signUp("colleague");
  await hire(world, house, colleague, ["receptionist"]);
  admins = house.adminClient;
}

beforeEach(() => open());

async function newPatient() {
  const record = new RecordWriter(patient, world.random);
  const { organizationId: parentId } = house;
  const creation = record.create(world.writerOf(house.admin), { parentId });
  admins.push([creation]);
  await world.settle();
  return { record, creation };
}

type Patient = Awaited<ReturnType<typeof newPatient>>["record"];

function edit(record: Patient, status: string) {
  const fields = { maritalStatus: status };
  return record.edit(world.writerOf(colleague), { fields });
}

/** In the name of another device of theirs. */
function prescribe(record: Patient, seen = record.heads()) {
  const content = {
    allergies: {},
    medications: {},
    pregnancy: { status: "possible" },
    problems: {},
  };
  const writer = world.writerOf(colleague);
  return record.sign(writer, { group: "prescribing", content }, seen);
}

test("[PA-6] a change is admitted in the person's name on the session's device, and reaches native devices", async () => {
  const { record } = await newPatient();
  const native = world.connect(house.admin);
  await native.join();
  native.clear();
  const peer = await RawPeer.join(world, colleague);
  const { recordId, hash, bytes } = edit(record, "M");
  peer.offer(recordId, [bytes]);
  await world.settle();
  expect(peer.told()).toEqual([]);
  const { deviceId } = peer;
  const { memberId } = colleague;
  expect(native.last("changes")?.rows).toMatchObject([
    { recordId, hash, memberId, deviceId, bytes },
  ]);
});

test("[PA-6] a statement is admitted with the person's own attribution on the session's device, and with no other", async () => {
  const clinician = await world.signUp("clinician");
  await hire(world, house, clinician, ["clinician"]);
  const peer = await RawPeer.join(world, clinician);
  const codes: (string | undefined)[] = [];
  for (const deviceId of [peer.deviceId, clinician.deviceId]) {
    const { record } = await newPatient();
    const signed = record.sign(
      { ...world.writerOf(clinician), deviceId },
      { group: "recordStatus", content: { status: "entered-in-error" } },
    );
    peer.offer(record.recordId, [signed.bytes]);
    await world.settle();
    codes.push(peer.told().at(-1)?.code);
  }
  expect(codes).toEqual([undefined, "attribution-wrong"]);
});

test("[PA-6] a record can be created, whole in its first change", async () => {
  const record = new RecordWriter(patient, world.random);
  const { organizationId: parentId } = house;
  const creation = record.create(world.writerOf(colleague), { parentId });
  const peer = await RawPeer.join(world, colleague);
  peer.offer(record.recordId, [creation.bytes]);
  await world.settle();
  expect(peer.told()).toEqual([]);
  const other = await RawPeer.join(world, house.admin);
  other.ask(record.recordId);
  await world.settle();
  expect(other.changesOf(record.recordId)).toEqual([creation.bytes]);
});

describe("[PA-7] a refused change", () => {
  test("makes its record read-only for that peer, tells it once, and lets everything else go on", async () => {
    const [first, second] = [await newPatient(), await newPatient()];
    const { recordId } = first.record;
    const peer = await RawPeer.join(world, colleague);
    const other = await RawPeer.join(world, house.admin);
    for (const one of [peer, other]) one.ask(recordId);
    await world.settle();
    const good = edit(first.record, "M");
    const { hash, bytes } = prescribe(first.record, [first.creation.hash]);
    peer.clear();
    other.clear();
    peer.offer(recordId, [bytes]);
    await world.settle();
    expect(peer.told()).toEqual([
      { recordId, code: "attribution-wrong", hash },
    ]);
    // The protocol's own flag, which older peers read over.
    const { data } = peer.said.find(({ type }) => type === "sync") ?? {};
    expect((data?.at(-1) ?? 0) & 0x82).toBe(0x82);

    // A good change of the same record is not taken any more; of another it is.
    peer.offer(recordId, [good.bytes]);
    peer.offer(second.record.recordId, [edit(second.record, "M").bytes]);
    await world.settle();
    expect(peer.told()).toHaveLength(1);
    expect(other.said).toEqual([]);
    other.ask(second.record.recordId);
    await world.settle();
    expect(other.changesOf(second.record.recordId)).toHaveLength(2);
  });

  test("is judged anew on the next connection, with the same answer", async () => {
    const { record } = await newPatient();
    const { recordId } = record;
    const { hash, bytes } = prescribe(record);
    for (let count = 0; count < 2; count += 1) {
      const peer = await RawPeer.join(world, colleague);
      peer.offer(recordId, [bytes]);
      await world.settle();
      expect(peer.told()).toEqual([
        { recordId, code: "attribution-wrong", hash },
      ]);
    }
  });
});

describe("[PA-13] what builds on a change that is not here", () => {
  test("is kept back while that is asked for by name, and admitted with it", async () => {
    const { record } = await newPatient();
    const [before, after] = [edit(record, "M"), edit(record, "S")];
    const peer = await RawPeer.join(world, colleague);
    peer.offer(record.recordId, [after.bytes]);
    await world.settle();
    expect(peer.told()).toEqual([]);
    const asked = peer.said.find(({ type }) => type === "sync")?.data;
    const name = Buffer.from(hashBytesOf(before.bytes));
    expect(Buffer.from(asked ?? []).includes(name)).toBe(true);
    peer.offer(record.recordId, [before.bytes], [hashBytesOf(after.bytes)]);
    await world.settle();
    const other = await RawPeer.join(world, house.admin);
    other.ask(record.recordId);
    await world.settle();
    expect(other.changesOf(record.recordId)).toHaveLength(3);
    expect(peer.told()).toEqual([]);
  });

  test("is refused once that has been asked for three times", async () => {
    const { record } = await newPatient();
    edit(record, "M");
    const after = edit(record, "S");
    const { recordId } = record;
    const peer = await RawPeer.join(world, colleague);
    const told: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      peer.offer(recordId, [after.bytes]);
      await world.settle();
      told.push(peer.told().length);
    }
    expect(told).toEqual([0, 0, 0, 1]);
    expect(peer.told()).toMatchObject([{ code: "missing-dependencies" }]);
  });
});

test("[PA-8] a step that fails is told of its record, and ends nothing else", async () => {
  const inline = createInlineDocumentSync();
  let isFailing = false;
  await open({
    documentSync: {
      ...inline,
      step: async (job) => (isFailing ? null : inline.step(job)),
    },
  });
  const [first, second] = [await newPatient(), await newPatient()];
  const peer = await RawPeer.join(world, colleague);
  isFailing = true;
  peer.ask(first.record.recordId);
  await world.settle();
  isFailing = false;
  peer.ask(second.record.recordId);
  await world.settle();
  expect(peer.told()).toEqual([
    { recordId: first.record.recordId, code: "server-failed", hash: null },
  ]);
  expect(peer.changesOf(second.record.recordId)).toHaveLength(1);
});

describe("[PA-10] what a peer asks for", () => {
  test("counts against its person, and is answered later where they are in debt", async () => {
    const requests = { atOnce: 8, perSecond: 1 };
    const device = { ...defaultBudgetLimits.device, requests };
    await open({ budgets: { ...defaultBudgetLimits, device } });
    const { record } = await newPatient();
    const peer = await RawPeer.join(world, colleague);
    for (let count = 0; count < 10; count += 1) peer.ask(record.recordId);
    await world.settle();
    const answered = peer.syncsOf(record.recordId).length;
    peer.clear();
    world.timers.advance(60_000);
    peer.ask(new RecordWriter(patient, world.random).recordId);
    await world.settle();
    expect(answered).toBeLessThan(10);
    expect(peer.types()).toContain("doc-unavailable");
    expect(peer.closed).toBeUndefined();
  });

  test("is remembered within bounds: filters beyond them end it", async () => {
    const peer = await RawPeer.join(world, colleague);
    // 256 KiB, as large as one may be, of a record that it knows of.
    const bits = Buffer.alloc(256 * 1024 - 8, 0);
    const entries = Math.floor((bits.length * 8) / 10);
    const filter = Buffer.concat([
      uleb(entries),
      Buffer.of(10, 7),
      bits.subarray(0, Math.ceil((entries * 10) / 8)),
    ]);
    const have = Buffer.concat([Buffer.of(0), uleb(filter.length), filter]);
    const { record } = await newPatient();
    const data = Buffer.concat([
      Buffer.of(0x42, 1),
      Buffer.alloc(32, 1),
      Buffer.of(0, 16),
      ...Array.from({ length: 16 }, () => have),
      Buffer.of(0),
    ]);
    const records = [record.recordId];
    for (let count = 0; count < 4; count += 1)
      records.push((await newPatient()).record.recordId);
    const ends: (string | undefined)[] = [];
    for (const documentId of records) {
      peer.say({ type: "sync", documentId, data: new Uint8Array(data) });
      await world.settle();
      ends.push(peer.closed);
    }
    expect(ends[2]).toBeUndefined();
    expect(ends.at(-1)).toBe("rate-limited");
  });

  test("is one of four connections of its session: a fifth ends the oldest", async () => {
    const first = await RawPeer.join(world, colleague);
    const others: RawPeer[] = [];
    for (let count = 0; count < 4; count += 1)
      others.push(await RawPeer.join(world, colleague, first.holder));
    expect(first.closed).toBe("replaced");
    expect(others.map(({ closed }) => closed)).toEqual(
      Array(4).fill(undefined),
    );
  });
});

test("[PA-12] nothing is announced that is not durable: what the disk did not take no other peer hears of", async () => {
  const { record } = await newPatient();
  const { recordId } = record;
  const other = await RawPeer.join(world, house.admin);
  other.ask(recordId);
  await world.settle();
  other.clear();
  const peer = await RawPeer.join(world, colleague);
  const write = world.store.write.bind(world.store);
  Object.assign(world.store, {
    write: async (partition: string, work: never) =>
      partition === house.organizationId
        ? Promise.reject(new Error("the disk is full"))
        : write(partition, work),
  });
  peer.offer(recordId, [edit(record, "M").bytes]);
  await world.settle();
  expect(peer.closed).toBe("server-failed");
  expect(other.said).toEqual([]);
  expect(other.closed).toBeUndefined();
});
