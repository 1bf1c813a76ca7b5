/** A device whose browser has no space for anything, from before its store is opened. */
import { randomUuid } from "@suture/schema";
import { openDB } from "idb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Client } from "../client.ts";
import { createClient } from "../create-client.ts";
import { foundClinic, openDevice } from "../records/clinic.test-support.ts";
import { systemRandom } from "../system-runtime.ts";
import { BrowserChannel } from "./browser-channel.ts";
import { mendStore, openBrowserParts } from "./browser-parts.ts";
import { noteDamage } from "./damaged-rows.ts";
import { removeDevice } from "./remove-device.ts";
import { openStoreDatabase, type RowKey } from "./store-database.ts";

let name: string;
const clients: Client[] = [];
const channels: BrowserChannel[] = [];

beforeEach(() => {
  name = randomUuid(systemRandom);
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const client of clients.splice(0)) await client.close();
  for (const channel of channels.splice(0)) channel.close();
  await removeDevice(name);
});

function channelOf(): BrowserChannel {
  const channel = new BrowserChannel(name);
  channels.push(channel);
  return channel;
}

/** As a page does. */
async function open(onDamage?: () => void): Promise<Client> {
  await mendStore({ name }, channelOf());
  const parts = await openBrowserParts(
    { name, url: "https://suture.test" },
    channelOf(),
    onDamage,
  );
  const client = await createClient({
    ...parts,
    tokens: (await openDevice({ name: "ada" })).tokens,
    connect: () =>
      Promise.resolve({ ok: false, error: { kind: "unreachable" } }),
  });
  clients.push(client);
  return client;
}

async function close(client: Client): Promise<void> {
  clients.splice(clients.indexOf(client), 1);
  await client.close();
}

/** From now on the browser takes nothing; what is deleted needs no space, nor does what changes nothing. */
function fill(): void {
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("", "QuotaExceededError");
  });
}

/** Rows of a table, of one record or all, are not what was written. */
async function damage(table: string, recordId = ""): Promise<RowKey[]> {
  const db = await openStoreDatabase(name, () => undefined);
  const tx = db.transaction("rows", "readwrite");
  const meant = (await tx.store.getAllKeys()).filter(
    (key) => key[1] === table && key[2].includes(recordId),
  );
  for (const key of meant) await tx.store.put(damagedValue, key);
  await tx.done;
  db.close();
  return meant;
}

const damagedValue = new Uint8Array(50);

async function rowsSetAside(): Promise<readonly unknown[]> {
  const db = await openDB(`suture-damaged-${name}`);
  const rows = await db.getAll("rows");
  db.close();
  return rows;
}

async function clinicWithPatients(count: number) {
  const client = await open();
  const { organizationId } = await foundClinic({ client });
  const ids = [];
  for (let at = 0; at < count; at += 1) {
    const made = await client.patients.create({ parentId: organizationId });
    if (!made.ok) throw new Error(made.error.reason);
    ids.push(made.value.id);
  }
  return { client, organizationId, ids };
}

const idsOf = (listed: readonly { readonly id: string }[]) =>
  listed.map(({ id }) => id).toSorted();

test("[WB-50, WB-51] a store that has no space is opened, and lists everything that is in it, also what was never listed before; a save says so, and goes on once there is space", async () => {
  const { client: before, organizationId, ids } = await clinicWithPatients(2);
  await close(before);

  fill();
  const client = await open();
  expect(client.space.isFull).toBe(false);
  await client.space.look();
  expect(client.space.isFull).toBe(true);
  expect(idsOf(await client.patients.list())).toEqual(ids.toSorted());
  expect(await client.reviews.list()).toEqual([]);
  expect(await client.peopleHere()).toMatchObject([{ name: "A founder" }]);
  const parentId = organizationId;
  expect(await client.patients.create({ parentId })).toMatchObject({
    error: { code: "not-saved" },
  });
  await client.space.look();
  expect(client.space.isFull).toBe(true);

  const told = vi.fn<() => void>();
  client.space.watch(told);
  vi.restoreAllMocks();
  await client.space.look();
  expect(client.space.isFull).toBe(false);
  expect(told).toHaveBeenCalledOnce();
  expect(await client.patients.create({ parentId })).toMatchObject({
    ok: true,
  });
  expect(await client.patients.list()).toHaveLength(3);
});

test.each(["with a copy of what is found by them", "without one"])(
  "[WB-51, WB-54] damaged views, %s, keep no list on a device without space: they are made for each reading, and stored once there is space",
  async (how) => {
    const { client: before, ids } = await clinicWithPatients(2);
    expect(idsOf(await before.patients.list())).toEqual(ids.toSorted());
    await close(before);
    await damage("views");
    if (how === "without one") {
      const db = await openStoreDatabase(name, () => undefined);
      await db.clear("memory_tables");
      await db.clear("memory_writes");
      db.close();
    }

    fill();
    const client = await open();
    for (let time = 0; time < 2; time += 1) {
      expect(idsOf(await client.patients.list())).toEqual(ids.toSorted());
      expect(await client.reviews.list()).toEqual([]);
      expect(await client.peopleHere()).toMatchObject([{ name: "A founder" }]);
    }
    expect(client.space.isFull).toBe(true);
    vi.restoreAllMocks();
    expect(idsOf(await client.patients.list())).toEqual(ids.toSorted());
  },
);

test("[WB-52] where there is no space to set aside what is damaged, the rest stays usable and damage is told; it is mended once there is", async () => {
  const { client: before, ids } = await clinicWithPatients(2);
  await close(before);
  const [lost = "", kept = ""] = ids;
  await damage("change_bytes", lost);
  await noteDamage(name);

  fill();
  const told = vi.fn<() => void>();
  const client = await open(told);
  expect(await client.damage.list()).toEqual([]);
  expect(idsOf(await client.patients.list())).toEqual([kept]);
  await expect.poll(() => told.mock.calls.length).toBeGreaterThan(0);
  await close(client);

  vi.restoreAllMocks();
  const mended = await open();
  expect(await mended.damage.list()).toMatchObject([
    { areAllNamed: true, missing: [{ recordId: lost }] },
  ]);
});

test("[WB-52] where space runs out in the middle of setting aside, nothing is taken out, and nothing is set aside twice", async () => {
  const { client: before, ids } = await clinicWithPatients(1);
  await close(before);
  await damage("change_bytes", ids[0]);
  await noteDamage(name);
  const db = await openStoreDatabase(name, () => undefined);
  const rows = await db.count("rows");

  const full = new DOMException("", "QuotaExceededError");
  vi.spyOn(IDBTransaction.prototype, "error", "get").mockReturnValue(full);
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    ...given: Parameters<typeof put>
  ) {
    const request = put.apply(this, given);
    // What is set aside fits, and then nothing more: the browser gives up the whole transaction.
    if (!this.transaction.db.name.startsWith("suture-damaged"))
      this.transaction.abort();
    return request;
  });
  await mendStore({ name }, channelOf());
  await mendStore({ name }, channelOf());
  expect(await db.count("rows")).toBe(rows);
  db.close();
  const damaged = await openDB(`suture-damaged-${name}`);
  expect(await damaged.count("rows")).toBe(0);
  expect(await damaged.getAllKeys("state")).toEqual(["met"]);
  damaged.close();
});

test("[WB-50, WB-52] where space runs out once damaged rows were taken out, the app opens, and what is owed is told once there is space", async () => {
  const { client: before, ids } = await clinicWithPatients(2);
  await close(before);
  const [lost, kept] = ids;
  if (kept === undefined) throw new Error("no patient");
  await damage("change_bytes", lost);
  await noteDamage(name);
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    ...given: Parameters<typeof put>
  ) {
    if (this.name === "rows" && this.transaction.db.name.includes("store"))
      throw new DOMException("", "QuotaExceededError");
    return put.apply(this, given);
  });
  for (let start = 0; start < 2; start += 1) {
    const client = await open();
    expect(await client.damage.list()).toEqual([]);
    expect((await client.patients.get(kept)).ok).toBe(true);
    await close(client);
  }
  expect(await rowsSetAside()).toHaveLength(1);

  vi.restoreAllMocks();
  const mended = await open();
  expect(await mended.damage.list()).toMatchObject([
    { areAllNamed: true, missing: [{ recordId: lost }] },
  ]);
});

test("[WB-38, WB-52] a start that was cut off once damaged rows were set aside is gone on with, also from a full device, and sets nothing aside twice", async () => {
  const { client: before, ids } = await clinicWithPatients(2);
  await close(before);
  const [lost = ""] = ids;
  const [key] = await damage("change_bytes", lost);
  await noteDamage(name);
  const aside = await openDB(`suture-damaged-${name}`);
  await aside.put("rows", { key, value: damagedValue }, 1);
  await aside.put("state", true, "owed");
  aside.close();

  fill();
  const client = await open();
  expect(await client.damage.list()).toEqual([]);
  expect(await client.patients.list()).toHaveLength(1);
  await close(client);
  expect(await rowsSetAside()).toEqual([{ key, value: damagedValue }]);

  vi.restoreAllMocks();
  const mended = await open();
  expect(await mended.damage.list()).toMatchObject([
    { missing: [{ recordId: lost }] },
  ]);
  expect(await rowsSetAside()).toEqual([{ key, value: damagedValue }]);
});
