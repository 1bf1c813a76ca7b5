/** Rows of a whole client's store that were damaged on the disk: what is undamaged stays in use, and the next start mends the rest. */
import { randomUuid, type RecordId } from "@suture/schema";
import { openDB } from "idb";
import { afterEach, beforeEach, expect, test } from "vitest";

import type { Client } from "../client.ts";
import { createClient } from "../create-client.ts";
import { foundClinic, openDevice } from "../records/clinic.test-support.ts";
import { systemRandom } from "../system-runtime.ts";
import { BrowserChannel } from "./browser-channel.ts";
import { openBrowserParts } from "./browser-parts.ts";
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

async function open(): Promise<Client> {
  const parts = await openBrowserParts(
    { name, url: "https://suture.test" },
    channelOf(),
    () => told.push("here"),
  );
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

async function patientOf(client: Client, organizationId: RecordId) {
  const made = await client.patients.create({ parentId: organizationId });
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
