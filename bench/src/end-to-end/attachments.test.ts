/** Pictures from one device to another, over real sockets, real HTTP and SQLite files. */
import type { Client, KeptAttachment } from "@suture/client";
import type { RecordId } from "@suture/schema";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import {
  everythingIsSent,
  RealWorld,
  until,
} from "./real-world.test-support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const jpeg = new Uint8Array(200_000).fill(3);
jpeg.set([0xff, 0xd8, 0xff, 0xe0]);

let world: RealWorld;
beforeEach(async () => {
  world = await RealWorld.create();
});
afterEach(() => world.end());

test("[AT-7, AT-9] a picture taken without a server outlives the app, goes behind the change that names it, and a colleague sees it", async () => {
  const before = await world.join("phone", "technician");
  const recordId = await newJob(before);
  await everythingIsSent(before);
  before.stopSync();
  await world.stopServer();
  const kept = await take(before, recordId);
  await name(before, recordId, kept);
  await world.close(before);

  await world.startServer();
  const phone = await world.open("phone");
  expect(await phone.attachments.unsent()).toMatchObject([{ recordId }]);
  phone.startSync();
  await picturesAreSent(phone);
  expect(await phone.unsynced()).toEqual([]);

  const manager = await world.join("desk", "manager");
  const picture = { contentType: "image/jpeg", isUnsent: false, bytes: jpeg };
  expect(await manager.attachments.read({ recordId, ...kept })).toEqual({
    ok: true,
    value: picture,
  });
  manager.stopSync();
  await world.stopServer();
  expect(await manager.attachments.read({ recordId, ...kept })).toEqual({
    ok: true,
    value: picture,
  });
});

test("[AT-7] a picture that is taken while all is in sync goes once a record names it, and nobody else gets it", async () => {
  const phone = await world.join("phone", "technician");
  const recordId = await newJob(phone);
  await everythingIsSent(phone);
  const kept = await take(phone, recordId);
  const desk = await world.join("desk", "manager");
  expect(await desk.attachments.read({ recordId, ...kept })).toEqual({
    ok: false,
    error: { code: "not-here" },
  });
  await name(phone, recordId, kept);
  await picturesAreSent(phone);
  const nurse = await world.join("ward", "receptionist");
  expect(await nurse.attachments.read({ recordId, ...kept })).toMatchObject({
    ok: false,
    error: { code: "record-unknown" },
  });
});

async function newJob(client: Client): Promise<RecordId> {
  const [membership] = client.memberships;
  const [teamId] = membership?.teamIds ?? [];
  if (teamId === undefined) throw new Error("they are in no team");
  const job = await client.serviceJobs.create({ parentId: teamId });
  if (!job.ok) throw new Error(job.error.reason);
  return job.value.id;
}

async function take(
  client: Client,
  recordId: RecordId,
): Promise<KeptAttachment> {
  const kept = await client.attachments.keep(recordId, jpeg);
  if (!kept.ok) throw new Error(kept.error.code);
  return kept.value;
}

async function name(
  client: Client,
  recordId: RecordId,
  kept: KeptAttachment,
): Promise<void> {
  const opened = await client.serviceJobs.get(recordId);
  if (!opened.ok) throw new Error(opened.error.code);
  const edit = await opened.value.edit();
  edit.draft.attachments.set({ status: "active", ...kept });
  const saved = await edit.save();
  if (!saved.ok) throw new Error(saved.error.reason);
}

function picturesAreSent(client: Client): Promise<void> {
  return until(
    client,
    async () => (await client.attachments.unsent()).length === 0,
  );
}
