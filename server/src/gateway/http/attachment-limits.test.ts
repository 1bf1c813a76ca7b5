import { getRequestListener } from "@hono/node-server";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import type { Replica } from "../../admission/author.test-support.ts";
import {
  jpeg,
  name,
  namedPicture,
  newJob,
  origin,
  pathOf,
  phoneOf,
  pictureOf,
  type Phone,
} from "./attachments.test-support.ts";
import type { Asker, HttpWorld } from "./http-world.test-support.ts";

let world: HttpWorld;
let tess: Asker;
let job: Replica;
let onDevice: Phone;
beforeEach(async () => {
  ({ world, tess, job, onDevice } = await namedPicture());
});

test("[AT-15] bytes that do not say how many they are, or too many, are refused unread, whoever sends them", async () => {
  const { body, wasRead } = unread();
  const needed = { status: 411, body: { code: "length-required" } };
  const stranger = { authorization: null, proof: null };
  for (const who of [{}, stranger]) {
    expect(
      await onDevice.put(job, jpeg, { ...who, body, length: null }),
    ).toMatchObject(needed);
    expect(
      await onDevice.put(job, jpeg, { ...who, body, chunked: true }),
    ).toMatchObject(needed);
    expect(
      await onDevice.put(job, jpeg, { ...who, body, length: 8_388_609 }),
    ).toMatchObject({ status: 413, body: { code: "body-too-large" } });
  }
  expect(wasRead()).toBe(false);
});

test("[AT-15] who may not store it, or says another size than the record, is refused unread", async () => {
  const { body, wasRead } = unread();
  const auditor = await phoneOf(world, await world.join(["auditor"]));
  const other = await newJob(world, tess);
  const answers = [
    await onDevice.put(job, jpeg, { body, authorization: null }),
    await onDevice.put(other, jpeg, { body }),
    await auditor.put(job, jpeg, { body }),
    await onDevice.put(job, jpeg, { body, length: jpeg.length + 1 }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 404, 403, 422]);
  expect(wasRead()).toBe(false);
});

test("[AT-15] no other address takes so much", async () => {
  const answer = await world.app.request(`${origin}/v1/records`, {
    method: "PUT",
    body: new Uint8Array(300_000),
  });
  expect(answer.status).toBe(413);
});

test("[LM-11] a device has six pictures under way, and is told to wait with a seventh; another goes on", async () => {
  const sending = Array.from({ length: 6 }, heldBack);
  const puts = sending.map(({ body }) => onDevice.put(job, jpeg, { body }));
  await Promise.all(sending.map(({ isAwaited }) => isAwaited));
  for (const seventh of [
    await onDevice.put(job, jpeg),
    await onDevice.get(job, jpeg),
  ])
    expect(seventh).toMatchObject({
      status: 429,
      body: { code: "too-many-requests", retryAfterMs: 1_000 },
    });
  const colleague = await phoneOf(world, await world.join(["technician"]));
  expect((await colleague.put(job, jpeg)).status).toBe(200);
  for (const { finish } of sending) finish();
  const statuses = (await Promise.all(puts)).map(({ status }) => status);
  expect(statuses).toEqual(sending.map(() => 200));
  expect((await onDevice.get(job, jpeg)).status).toBe(200);
});

test("[LM-11] a picture is charged before it comes, so that what is under way counts for the next", async () => {
  const { budgets } = world.deps;
  const subject = { kind: "device", id: onDevice.deviceId } as const;
  budgets.charge([subject], { bytes: 256 * 1024 * 1024 });
  const sending = heldBack();
  const put = onDevice.put(job, jpeg, { body: sending.body });
  await sending.isAwaited;
  expect((await onDevice.put(job, jpeg)).status).toBe(429);
  sending.finish();
  expect((await put).status).toBe(200);
});

test("[LM-11] what is not here, or smaller than somebody says, costs no more than what is given", async () => {
  const { budgets } = world.deps;
  const subject = { kind: "device", id: onDevice.deviceId } as const;
  await name(tess, job, jpeg, { byteLength: 1_000 });
  budgets.charge([subject], { bytes: 256 * 1024 * 1024 });
  expect((await onDevice.get(job, jpeg)).status).toBe(404);
  expect(budgets.waitMs([subject], ["bytes"])).toBe(0);
  expect((await onDevice.put(job, jpeg)).status).toBe(200);
  // 200 bytes of debt, at 4 MiB in a second.
  expect(budgets.waitMs([subject], ["bytes"])).toBe(1);
  world.timers.advance(1);
  expect((await onDevice.get(job, jpeg)).status).toBe(200);
});

test("[LM-11] an answer that nobody takes counts until its connection is gone", async () => {
  const listener = getRequestListener(world.app.fetch);
  const server = createServer((incoming, outgoing) => {
    void listener(incoming, outgoing);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const { port } = z.object({ port: z.int() }).parse(server.address());
  const large = pictureOf(8 * 1024 * 1024);
  await name(tess, job, large);
  await onDevice.put(job, large);
  const path = pathOf(job.recordId, large);
  const answers = [];
  for (let count = 0; count < 6; count += 1) {
    const asked = request({
      ...{ host: "127.0.0.1", port, path, agent: false },
      headers: {
        host: "localhost",
        authorization: `DPoP ${onDevice.syncToken}`,
        dpop: await onDevice.proof("GET", job, large),
      },
    }).end();
    const [answer] = await once(asked, "response");
    expect(answer.statusCode).toBe(200);
    answers.push(asked);
  }
  expect((await onDevice.get(job, jpeg)).status).toBe(429);
  for (const asked of answers) asked.destroy();
  let status = 429;
  while (status === 429) ({ status } = await onDevice.get(job, jpeg));
  expect(status).toBe(404);
});

/** A body that notes whether anybody takes of it. */
function unread() {
  let taken = false;
  const pull = () => void (taken = true);
  const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  return { body, wasRead: () => taken };
}

/** The picture's bytes, which do not come before they are let go. */
function heldBack() {
  let finish = (): void => undefined;
  const letGo = new Promise<void>((resolve) => (finish = resolve));
  let isAsked = (): void => undefined;
  const isAwaited = new Promise<void>((resolve) => (isAsked = resolve));
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        isAsked();
        await letGo;
        controller.enqueue(new Uint8Array(jpeg));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { body, isAwaited, finish };
}
