/** Whatever keeps a device from syncing is said in one sentence, and everything stays queued. */
import type { Client } from "@suture/client";
import { statusLabels, type RecordId } from "@suture/schema";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import {
  everythingIsSent,
  problemOf,
  RealWorld,
  signIn,
  until,
} from "./real-world.test-support.ts";

const day = 24 * 3_600_000;
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: RealWorld;
const strangers: Server[] = [];

beforeEach(async () => {
  world = await RealWorld.create();
});

afterEach(async () => {
  for (const stranger of strangers.splice(0)) stranger.close();
  await world.end();
});

/** A device with one saved note that has not been sent, closed again. */
async function leaveOneNoteUnsent(): Promise<RecordId> {
  const client = await world.join("tablet", "clinician");
  client.stopSync();
  const patientId = await writeNote(client);
  await world.close(client);
  return patientId;
}

async function writeNote(client: Client): Promise<RecordId> {
  const [alma] = await client.patients.list({ matching: "alma" });
  if (alma === undefined) throw new Error("the sample has no Alma");
  const form = await alma.edit();
  form.draft.notes.set({ status: "active", text: "Prefers mornings." });
  const saved = await form.save();
  if (!saved.ok) throw new Error(saved.error.reason);
  return alma.id;
}

/** The note is there, unsent, and the record says so. */
async function expectQueued(
  client: Client,
  patientId: RecordId,
  label: string = statusLabels.queued,
): Promise<void> {
  expect(await client.unsynced()).toMatchObject([{ recordId: patientId }]);
  const alma = await client.patients.get(patientId);
  if (!alma.ok) throw new Error(alma.error.code);
  expect(alma.value.status.label).toBe(label);
  expect(Object.values(alma.value.fields.notes)).toContainEqual({
    status: "active",
    text: "Prefers mornings.",
  });
}

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  strangers.push(server);
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve()),
  );
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("it does not listen");
  return `http://127.0.0.1:${address.port}`;
}

const otherServer: RequestListener = (_request, response) => {
  response.writeHead(404, { "content-type": "application/json" });
  response.end('{"error":"no such thing"}');
};

const captivePortal: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "text/html" });
  response.end("<html><body>Welcome to Airport Wi-Fi!</body></html>");
};

const portalThatRedirects: RequestListener = (_request, response) => {
  response.writeHead(302, {
    location: "http://login.airport.example/",
    "content-type": "text/html",
  });
  response.end();
};

async function editToken(edit: (token: string) => string): Promise<void> {
  const file = join(world.directoryOf("tablet"), "tokens.json");
  const content = await readFile(file, "utf8");
  const edited = content.replace(
    /("syncToken":\s*")([^"]+)"/,
    (_all, before: string, token: string) => `${before}${edit(token)}"`,
  );
  expect(edited).not.toBe(content);
  await writeFile(file, edited);
}

describe("a device with work to send", () => {
  test.for([
    [
      "another server",
      otherServer,
      "There is no Suture server at this address.",
    ],
    [
      "a captive portal's page",
      captivePortal,
      "This network wants you to sign in to it first.",
    ],
    [
      "a captive portal's redirect",
      portalThatRedirects,
      "This network wants you to sign in to it first.",
    ],
  ] as const)(
    "[SY-21] %s: one sentence, and everything stays queued",
    async ([, stranger, sentence]) => {
      const patientId = await leaveOneNoteUnsent();
      const client = await world.open("tablet", await listen(stranger));
      expect((await problemOf(client)).sentence).toBe(sentence);
      await expectQueued(client, patientId);
      await world.close(client);

      const again = await world.open("tablet");
      again.startSync();
      await everythingIsSent(again);
    },
  );

  test("[SY-21] a server that is not there", async () => {
    const patientId = await leaveOneNoteUnsent();
    const { url } = world;
    await world.stopServer();
    const client = await world.open("tablet", url);
    expect((await problemOf(client)).sentence).toBe(
      "The server cannot be reached.",
    );
    await expectQueued(client, patientId);
    await world.startServer(new URL(url).port);
    client.startSync();
    await everythingIsSent(client);
  });

  test("[SY-21] a token that no server made", async () => {
    const patientId = await leaveOneNoteUnsent();
    await editToken((token) => {
      const [header = "", payload = "", signature = ""] = token.split(".");
      return [header, payload, [...signature].reverse().join("")].join(".");
    });
    const client = await world.open("tablet");
    expect((await problemOf(client)).sentence).toBe(
      "The server does not accept this sign-in. Sign in again.",
    );
    await expectQueued(client, patientId, statusLabels.local);
    await signIn(client, "clinician");
    client.startSync();
    await everythingIsSent(client);
  });

  test("[SY-21] an expired token, and signing in again sends what was queued", async () => {
    const patientId = await leaveOneNoteUnsent();
    world.serverAheadMs = 181 * day;
    const client = await world.open("tablet");
    expect((await problemOf(client)).sentence).toBe(
      "Your sign-in on this device has expired. Sign in again.",
    );
    await expectQueued(client, patientId, statusLabels.local);
    await signIn(client, "clinician");
    client.startSync();
    await everythingIsSent(client);
  });

  test("[SY-21] a device that was revoked while it was connected", async () => {
    const client = await world.join("tablet", "clinician");
    const deviceId = client.person?.deviceId ?? "";
    const own = await client.signIn({
      email: "clinician@riverbend.example",
      password: "sample-password",
      deviceName: "Tablet",
    });
    if (!own.ok) throw new Error(own.error.code);
    const revoked = await fetch(`${world.url}/v1/devices/${deviceId}/revoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${own.value.sessionToken}` },
    });
    expect(revoked.ok).toBe(true);
    await until(client, () => client.syncStatus.problem !== null);
    expect(client.syncStatus.problem?.sentence).toMatch(/revoked/);
    await expectQueued(client, await writeNote(client), statusLabels.local);
  });
});

test("[SY-21] nobody signed in: the work waits, and says that it does", async () => {
  const client = await world.join("tablet", "clinician");
  client.stopSync();
  const patientId = await writeNote(client);
  await world.close(client);
  await writeFile(
    join(world.directoryOf("tablet"), "tokens.json"),
    '{"version":1,"grants":{}}',
  );
  const again = await world.open("tablet");
  expect((await problemOf(again)).sentence).toBe(
    "Nobody is signed in on this device.",
  );
  expect(await again.unsynced()).toMatchObject([
    { recordId: patientId, label: statusLabels.local },
  ]);
  // What is on the device is nobody's to read until somebody signs in.
  expect((await again.patients.get(patientId)).ok).toBe(false);
  await signIn(again, "clinician");
  again.startSync();
  await everythingIsSent(again);
  expect((await again.patients.get(patientId)).ok).toBe(true);
});

describe("a full disk", () => {
  test("[CL-1] a save is said not to be saved, what was saved before stays queued, and it works again once there is space", async () => {
    const { client, fillDisk, freeDisk } = await world.openSmall("tablet");
    await signIn(client, "clinician");
    await client.catchUp();
    client.stopSync();
    const patientId = await writeNote(client);
    fillDisk();
    const alma = await client.patients.get(patientId);
    if (!alma.ok) throw new Error(alma.error.code);
    const form = await alma.value.edit();
    // More than may be free inside the file.
    for (let more = 0; more < 400; more += 1)
      form.draft.notes.set({
        status: "active",
        text: `${more} ${"word ".repeat(300)}`,
      });
    expect(await form.save()).toEqual({
      ok: false,
      error: {
        code: "not-saved",
        reason: "Not saved — this device cannot store it.",
      },
    });
    await expectQueued(client, patientId, statusLabels.unsaved);
    freeDisk();
    expect(await form.save()).toMatchObject({ ok: true });
    expect(alma.value.status.label).toBe(statusLabels.queued);
    client.startSync();
    await everythingIsSent(client);
  });

  test("[SY-21] what arrives cannot be stored: one sentence, and all of it comes once there is space", async () => {
    const { client, fillDisk, freeDisk } = await world.openSmall("tablet");
    await signIn(client, "clinician");
    fillDisk();
    expect((await problemOf(client)).sentence).toBe(
      "This device cannot store what it receives.",
    );
    freeDisk();
    await client.catchUp();
    expect(await client.patients.list({ matching: "alma" })).toHaveLength(1);
  });
});
