/** Rows of a whole client's store that were damaged on the disk: what is undamaged stays in use, and the next start mends the rest. */
import { randomUuid, type RecordId } from "@suture/schema";
import { openDB } from "idb";
import { afterEach, beforeEach, expect, test } from "vitest";

import type { Client } from "../client.ts";
import { createClient } from "../create-client.ts";
import { foundClinic, openDevice } from "../records/clinic.test-support.ts";
import {
  localPartition,
  viewsByLabelTable,
  viewsByWordTable,
} from "../store/client-tables.ts";
import { systemRandom } from "../system-runtime.ts";
import { BrowserChannel } from "./browser-channel.ts";
import { mendStore, openBrowserParts } from "./browser-parts.ts";
import { createBrowserClient } from "./create-browser-client.ts";
import { noteDamage } from "./damaged-rows.ts";
import { removeDevice } from "./remove-device.ts";
import { openStoreDatabase, type RowKey } from "./store-database.ts";

let name: string;
/** Told of damaged rows, by the tab that met them and by the others. */
let told: string[];
const clients: Client[] = [];
const channels: BrowserChannel[] = [];

beforeEach(() => {
  name = randomUuid(systemRandom);
  told = [];
});
afterEach(async () => {
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
async function open(): Promise<Client> {
  await mendStore({ name }, channelOf());
  return openAsWorker();
}

function openParts() {
  const options = { name, url: "https://suture.test" };
  return openBrowserParts(options, channelOf(), () => told.push("here"));
}

async function openAsWorker(): Promise<Client> {
  const parts = await openParts();
  const client = await createClient({
    ...parts,
    tokens: (await openDevice({ name: "ada" })).tokens,
    connect: () =>
      Promise.resolve({ ok: false, error: { kind: "unreachable" } }),
  }).catch(async (cause: unknown) => {
    await parts.store.close();
    throw cause;
  });
  clients.push(client);
  return client;
}

async function close(client: Client): Promise<void> {
  clients.splice(clients.indexOf(client), 1);
  await client.close();
}

async function patientOf(
  client: Client,
  parentId: RecordId,
  groups: Parameters<Client["patients"]["create"]>[0]["groups"] = {},
) {
  const made = await client.patients.create({ parentId, groups });
  if (!made.ok) throw new Error(made.error.reason);
  return made.value.id;
}

/** One bit of each row of a table that `isMeant`. */
async function damage(
  table: string,
  isMeant: (key: string) => boolean = () => true,
): Promise<readonly { key: RowKey; value: Uint8Array }[]> {
  const db = await openStoreDatabase(name, () => undefined);
  const tx = db.transaction("rows", "readwrite");
  const done: { key: RowKey; value: Uint8Array }[] = [];
  for (const key of await tx.store.getAllKeys()) {
    if (key[1] !== table || !isMeant(key[2])) continue;
    const value = (await tx.store.get(key))?.slice() ?? new Uint8Array();
    value[30] = (value[30] ?? 0) ^ 1;
    await tx.store.put(value, key);
    done.push({ key, value });
  }
  await tx.done;
  db.close();
  return done;
}

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo).toBe(true);
}

test("[WB-36, WB-37] a damaged record is told of in every tab while the others stay usable; the next start keeps what was damaged, reports it, and asks for all of it again", async () => {
  const first = await open();
  const { organizationId } = await foundClinic({ client: first });
  const lost = await patientOf(first, organizationId);
  const kept = await patientOf(first, organizationId);
  await close(first);
  const damaged = await damage("change_bytes", (key) => key.includes(lost));
  expect(damaged).toHaveLength(1);

  channelOf().hear("damaged", () => told.push("elsewhere"));
  const client = await open();
  expect(await client.damage.list()).toEqual([]);
  expect((await client.patients.get(kept)).ok).toBe(true);
  expect(await client.patients.get(lost)).toMatchObject({
    error: { code: "store-damaged" },
  });
  await until(() => told.length === 2);
  expect(told.toSorted()).toEqual(["elsewhere", "here"]);
  // Met again, it is not said again.
  await client.patients.get(lost);
  await close(client);

  channelOf().hear("mended", () => told.push("mended"));
  const mended = await open();
  await until(() => told.includes("mended"));
  const [report] = await mended.damage.list();
  expect(report).toMatchObject({
    keptAs: `suture-damaged-${name}`,
    areAllNamed: true,
    missing: [{ recordId: lost }],
  });
  const found = await openDB(`suture-damaged-${name}`);
  expect(await found.getAll("rows")).toEqual(damaged);
  found.close();
  expect((await mended.patients.get(kept)).ok).toBe(true);
  expect(await mended.patients.get(lost)).toMatchObject({ ok: false });
  // Undamaged work that was only here goes out all the same.
  const waiting = (await mended.unsynced()).map(({ recordId }) => recordId);
  expect(waiting).toContain(kept);
  expect(waiting).not.toContain(lost);
  await close(mended);

  // It was told once, until somebody has seen it.
  const later = await open();
  expect(await later.damage.list()).toEqual([report]);
});

test("[WB-36] what cannot even be opened because of a damaged row can be at the next start, with all that is undamaged", async () => {
  const first = await open();
  const { organizationId } = await foundClinic({ client: first });
  const patient = await patientOf(first, organizationId);
  await close(first);
  await damage("memberships");
  await expect(open()).rejects.toMatchObject({ code: "store-damaged" });
  await until(() => told.includes("here"));
  const client = await open();
  expect(await client.damage.list()).toHaveLength(1);
  expect((await client.unsynced()).map(({ recordId }) => recordId)).toContain(
    patient,
  );
});

test("[WB-38] where mending was cut off before it was told, the next start tells it", async () => {
  const first = await open();
  await foundClinic({ client: first });
  await close(first);
  const damage = await openDB(`suture-damaged-${name}`);
  // As a tab that was killed once the rows were out has left it.
  await damage.put("state", true, "owed");
  damage.close();
  const client = await open();
  expect(await client.damage.list()).toHaveLength(1);
  await close(client);
  const again = await open();
  expect(await again.damage.list()).toHaveLength(1);
});

test("[WB-41] a worker leaves mending to the next page; of pages that open at once one mends, and tells it once", async () => {
  const first = await open();
  const { organizationId } = await foundClinic({ client: first });
  const lost = await patientOf(first, organizationId);
  await close(first);
  await damage("change_bytes", (key) => key.includes(lost));
  const meeting = await open();
  await meeting.patients.get(lost);
  await until(() => told.includes("here"));
  await close(meeting);

  channelOf().hear("close", () => told.push("close"));
  channelOf().hear("mended", () => told.push("mended"));
  const worker = await openAsWorker();
  expect(await worker.damage.list()).toEqual([]);
  expect(await worker.patients.get(lost)).toMatchObject({
    error: { code: "store-damaged" },
  });
  await close(worker);

  await Promise.all([1, 2, 3].map(() => mendStore({ name }, channelOf())));
  const page = await open();
  expect(await page.damage.list()).toHaveLength(1);
  await until(() => told.includes("mended"));
  const ofMending = told.filter(
    (said) => said !== "here" && said !== "damaged",
  );
  expect(ofMending).toEqual(["close", "mended"]);
});

test("[WB-41] a page that hears while it starts that another has mended lets go of the store and is loaded anew", async () => {
  const other = channelOf();
  const script = URL.createObjectURL(new Blob([""]));
  const client = await createBrowserClient({
    ...{ name, url: "https://suture.test" },
    startWorker: () => {
      other.say("close", null);
      other.say("mended", null);
      return new Worker(script);
    },
    onRemoved: () => told.push("removed"),
    onDamage: () => told.push("here"),
    onMended: () => told.push("mended"),
  });
  URL.revokeObjectURL(script);
  await until(() => told.includes("mended"));
  await expect
    .poll(() => client.damage.list().catch((cause: unknown) => cause))
    .toMatchObject({ code: "store-closed" });
  expect(told).toEqual(["mended"]);
});

test("[WB-42] a record whose rows are damaged keeps nobody from lists, the review queue and choosing who uses the device", async () => {
  const first = await open();
  const { organizationId } = await foundClinic({ client: first });
  const kept = await patientOf(first, organizationId);
  expect(await first.patients.list()).toHaveLength(1);
  const lost = await patientOf(first, organizationId);
  await close(first);
  expect(await damage("records", (key) => key.includes(lost))).toHaveLength(1);

  const client = await open();
  expect(await foundBy(client)).toEqual([kept]);
  expect(await client.reviews.list()).toEqual([]);
  expect(await client.peopleHere()).toHaveLength(1);
  await until(() => told.includes("here"));
});

test.each([
  { table: "kept_forms", areAllNamed: false },
  { table: "views", areAllNamed: true },
])(
  "[CL-32] whether more may be missing than is named is told where a row of $table was damaged",
  async ({ table, areAllNamed }) => {
    const first = await open();
    const { organizationId } = await foundClinic({ client: first });
    await patientOf(first, organizationId);
    await first.patients.list();
    await first.forms.keep("register", { family: "Moyo" });
    await close(first);
    expect(await damage(table)).not.toEqual([]);
    await noteDamage(name);
    const mended = await open();
    expect(await mended.damage.list()).toMatchObject([{ areAllNamed }]);
  },
);

test("[WB-45] after mending, tables in memory are made anew: a copy may say what follows from rows that are no more", async () => {
  const first = await open();
  const { organizationId } = await foundClinic({ client: first });
  const lost = await patientOf(first, organizationId);
  expect(await first.patients.list()).toHaveLength(1);
  await close(first);
  await damage("views", (key) => key.includes(lost));
  await noteDamage(name);
  // As where a page is killed before the log makes itself agree again.
  await mendStore({ name }, channelOf());
  const db = await openStoreDatabase(name, () => undefined);
  expect(await db.count("memory_tables")).toBe(0);
  db.close();
  const parts = await openParts();
  const found = await parts.store.read(localPartition, (tx) =>
    tx.scan(viewsByLabelTable, { prefix: ["patient"] }),
  );
  await parts.store.close();
  expect(found).toEqual([]);
});

function named(client: Client, organizationId: RecordId, family: string) {
  const identity = { name: [{ family, given: ["Tariro"] }] };
  return patientOf(client, organizationId, { identity });
}

async function rename(client: Client, patient: RecordId, family: string) {
  const record = await client.patients.get(patient);
  if (!record.ok) throw new Error(record.error.code);
  const edit = await record.value.edit();
  edit.draft.identity.name = [{ family, given: ["Tariro"] }];
  expect(await edit.save()).toMatchObject({ ok: true });
}

const foundBy = async (client: Client, matching?: string) =>
  (await client.patients.list(matching === undefined ? {} : { matching })).map(
    ({ id }) => id,
  );

test.each(["with a copy of what is found by them", "without one"])(
  "[WB-54] damaged views, %s, are made anew from what they follow from; lists, searches and choosing who uses the device go on, and it is told",
  async (how) => {
    const first = await open();
    const { organizationId } = await foundClinic({ client: first });
    const moyo = await named(first, organizationId, "Moyo");
    const ncube = await named(first, organizationId, "Ncube");
    expect(await foundBy(first)).toEqual([moyo, ncube]);
    await close(first);
    expect((await damage("views")).length).toBeGreaterThan(3);
    if (how === "without one") {
      const db = await openStoreDatabase(name, () => undefined);
      await db.clear("memory_tables");
      await db.clear("memory_writes");
      db.close();
    }

    const client = await open();
    expect(await foundBy(client)).toEqual([moyo, ncube]);
    expect(await foundBy(client, "moy")).toEqual([moyo]);
    expect(await client.peopleHere()).toMatchObject([{ name: "A founder" }]);
    expect(await client.reviews.list()).toEqual([]);
    await until(() => told.includes("here"));
    // Nothing is missing, so there is nothing to report.
    await close(client);
    const again = await open();
    expect(await again.damage.list()).toEqual([]);
    expect(await foundBy(again)).toEqual([moyo, ncube]);
  },
);

test("[WB-54] a record that was changed since its view was made and damaged is found as it is now, and by nothing else", async () => {
  const first = await open();
  const { organizationId } = await foundClinic({ client: first });
  const renamed = await named(first, organizationId, "Moyo");
  const other = await named(first, organizationId, "Ncube");
  expect(await foundBy(first)).toEqual([renamed, other]);
  await rename(first, renamed, "Zulu");
  await close(first);
  await damage("views", (key) => key.includes(renamed));
  await damage("stale_views");

  const client = await open();
  expect(await foundBy(client)).toEqual([other, renamed]);
  expect(await foundBy(client, "moyo")).toEqual([]);
  expect(await foundBy(client, "zulu")).toEqual([renamed]);
});

test("[WB-54] where a copy of what views are found by is damaged as well, a record is found as it is now, and by nothing else, in every tab", async () => {
  const first = await open();
  const { organizationId } = await foundClinic({ client: first });
  const renamed = await named(first, organizationId, "Moyo");
  expect(await foundBy(first, "moyo")).toEqual([renamed]);
  await rename(first, renamed, "Zulu");
  await close(first);
  await damage("views", (key) => key.includes(renamed));
  const db = await openStoreDatabase(name, () => undefined);
  const { name: table } = viewsByLabelTable;
  const slice: [string, string, number] = [localPartition, table, 1];
  await db.put("memory_tables", new Uint8Array(50), slice);
  db.close();

  const parts = await openParts();
  const words = async () =>
    JSON.stringify(
      await parts.store.read(localPartition, (tx) => tx.scan(viewsByWordTable)),
    );
  expect(await words()).toContain("moyo");
  const client = await open();
  expect(await foundBy(client, "moyo")).toEqual([]);
  expect(await foundBy(client, "zulu")).toEqual([renamed]);
  expect(await words()).not.toContain("moyo");
  await parts.store.close();
});

test("[WB-54] where the record is damaged as well as its view, the others are listed", async () => {
  const first = await open();
  const { organizationId } = await foundClinic({ client: first });
  const lost = await named(first, organizationId, "Moyo");
  const kept = await named(first, organizationId, "Ncube");
  expect(await foundBy(first)).toEqual([lost, kept]);
  await close(first);
  await damage("views", (key) => key.includes(lost));
  await damage("records", (key) => key.includes(lost));
  const client = await open();
  expect(await foundBy(client)).toEqual([kept]);
  expect(await foundBy(client, "moyo")).toEqual([]);
});
