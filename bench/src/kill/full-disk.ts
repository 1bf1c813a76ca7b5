/**
 * A server and a device on disks of a few MiB, which are filled and freed again. Run in a mount namespace of its own; the only
 * argument is a directory to mount below.
 */
import type { Client, SutureRecord } from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import { statusLabels, type patient } from "@suture/schema";
import { sampleEmail, samplePassword, samplePeople } from "@suture/server";
import { join } from "node:path";

import { ServerProcess } from "../demo/server-process.ts";
import { untilHolds } from "../until-holds.ts";
import { checkServerData, copyServerData } from "./check-server-data.ts";
import type { FullDiskFindings } from "./full-disk-protocol.ts";
import { SmallDisk } from "./small-disk.ts";

const serverMiB = 32;
const deviceMiB = 12;
/** Long enough for a device to try several times. */
const vainMs = 2_000;
const patienceMs = 300_000;

const held: string[] = [];
const broken: string[] = [];
let recoveredMs = 0;

const directory = process.argv[2] ?? "";
const serverDisk = SmallDisk.mount(join(directory, "server"), serverMiB);
const deviceDisk = SmallDisk.mount(join(directory, "device"), deviceMiB);
const dataDir = join(serverDisk.directory, "data");
const server = await ServerProcess.create(dataDir, {
  variables: { SUTURE_SAMPLE: "on", SUTURE_LOG_LEVEL: "silent" },
});
await server.start();
const [clinician, receptionist] = await Promise.all([
  signedIn("clinician", join(deviceDisk.directory, "data")),
  signedIn("receptionist", join(directory, "receptionist")),
]);
try {
  await fullServer();
  await fullDevice();
} finally {
  await clinician.close();
  await receptionist.close();
  await server.stop();
}
check(
  "the audit is intact",
  (await checkServerData(await copyServerData(dataDir), [])).length === 0,
);
const findings: FullDiskFindings = { held, broken, recoveredMs };
process.stdout.write(`${JSON.stringify(findings)}\n`);

async function fullServer(): Promise<void> {
  const record = await firstPatient(clinician);
  const session = await clinician.session();
  if (!session.ok) throw new Error(session.error.code);
  const ask = (path: string) =>
    fetch(`${server.url}${path}`, {
      headers: { authorization: `Bearer ${session.value.sessionToken}` },
    });

  serverDisk.fill();
  // The last room in files that are there already.
  while ((await ask("/readyz")).ok);
  await save(record, "while the server's disk is full");
  await pause(vainMs);
  check(
    "a full server acknowledges nothing",
    (await clinician.unsynced()).length > 0,
  );
  check(
    "the label says that the work is on the device",
    [statusLabels.local, statusLabels.queued].some(
      (one) => one === record.status.label,
    ),
  );
  check(
    "a full server is not ready, and says so",
    (await ask("/readyz")).status === 503,
  );
  check("a full server lives", (await ask("/healthz")).ok);
  check(
    "a full server is read over HTTP",
    (await ask(`/v1/records/${record.id}`)).ok,
  );
  receptionist.stopSync();
  check(
    "a full server is read by devices that connect",
    await catchesUp(receptionist),
  );

  await server.kill();
  await server.start("/healthz");
  check(
    "killed then, it starts again, and is read",
    await catchesUp(receptionist),
  );

  const freedAtMs = Date.now();
  serverDisk.free();
  const isSent = async () => (await clinician.unsynced()).length === 0;
  check(
    "with space it goes on by itself, and what waited is acknowledged",
    await untilHolds(clinician, isSent, patienceMs),
  );
  recoveredMs = Date.now() - freedAtMs;
  check("it is ready again", (await ask("/readyz")).ok);
  const colleagues = await firstPatient(receptionist);
  check(
    "what waited reaches colleagues",
    await untilHolds(
      receptionist,
      async () => colleagues.heads.join() === record.heads.join(),
      patienceMs,
    ),
  );
}

async function fullDevice(): Promise<void> {
  const record = await firstPatient(clinician);
  deviceDisk.fill();
  let count = 0;
  // The last room in files that are there already.
  while ((await save(record, `number ${count}`)) && count < 500) count += 1;
  const { heads } = record;
  const form = await record.edit();
  form.draft.notes.set({ status: "active", text: "beyond the last byte" });
  const refused = await form.save();
  check(
    "a full device says that it has not saved",
    !refused.ok && refused.error.code === "not-saved",
  );
  check("its label says so", record.status.label === statusLabels.unsaved);
  check(
    "a full device still shows what it has",
    record.heads.join() === heads.join(),
  );
  deviceDisk.free();
  check("with space the same form is saved", (await form.save()).ok);
  const isSent = async () => (await clinician.unsynced()).length === 0;
  clinician.startSync();
  check("and sent", await untilHolds(clinician, isSent, patienceMs));
}

async function signedIn(key: string, data: string): Promise<Client> {
  const person = samplePeople.find((one) => one.key === key);
  if (person === undefined) throw new Error(`there is no ${key}`);
  const client = await createNodeClient({ directory: data, url: server.url });
  const answer = await client.signIn({
    email: sampleEmail(person),
    password: samplePassword,
    deviceName: key,
  });
  if (!answer.ok) throw new Error(answer.error.code);
  await client.catchUp();
  return client;
}

async function firstPatient(
  client: Client,
): Promise<SutureRecord<typeof patient>> {
  const [record] = await client.patients.list({ limit: 1 });
  if (record === undefined) throw new Error("there are no patients");
  return record;
}

/** Whether it could be. */
async function save(
  record: SutureRecord<typeof patient>,
  text: string,
): Promise<boolean> {
  const form = await record.edit();
  form.draft.notes.set({ status: "active", text });
  return (await form.save()).ok;
}

function catchesUp(client: Client): Promise<boolean> {
  client.startSync();
  const isUpToDate = async () => client.syncStatus.state === "up-to-date";
  return untilHolds(client, isUpToDate, patienceMs);
}

function check(sentence: string, holds: boolean): void {
  (holds ? held : broken).push(sentence);
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
